"""Putting a backup back, in an instance that nobody uses (see `file_lock.alone_in`)."""

import itertools
from datetime import datetime
from pathlib import Path

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import InvalidInput, StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.backup import BackupFailed
from mailboxadmin.services.machine.room import missing_bytes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.backup import bytes_of, files_of
from mailboxadmin.store.restore import NotOurs, bring_in, forget_the_moment, put_in_place
from mailboxadmin.store.schema import NewerDatabase


def put_back(file: Path, database: Path, now: datetime) -> Path | None:
    """Replace a database that nobody uses by a backup.

    The one before gets a second name rather than a copy, so that a damaged one can be put aside
    too, and keeps its first until the backup takes it: at every moment there is a database.

    Returns:
        Where the database before is now; None if there was none.

    Raises:
        InvalidInput: the file cannot be restored; nothing was changed.
        BackupFailed: the database cannot be written.
    """
    part = database.with_name(f".{database.name}.restored")
    kept = _name_for_the_one_before(database, now)
    try:
        _clear(part)
        _bring_in(file, part)
        existed = database.exists()
        put_in_place(part, database, kept)
    except OSError as fault:
        raise BackupFailed(f"{database} cannot be written: {fault.strerror}.") from fault
    finally:
        _clear(part)
    return kept if existed else None


def settle_in(deps: Deps, file: Path, *, actor: str) -> None:
    """Make a database that was just put back fit the present.

    Everybody signs in again, and links and codes that were given out work no more.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        forget_the_moment(db, now)
        entry = Entry(
            code=Code.BACKUP_RESTORED,
            level=Level.WARNING,
            message="A backup was put back: what happened since it was made is not in it.",
            actor=actor,
            detail={"file": str(file.absolute())},
        )
        add_entry(db, entry, now)


def _bring_in(file: Path, part: Path) -> None:
    """Copy it beside the database and make sure that it can be restored.

    Raises:
        InvalidInput: it cannot.
        OSError: it can be read, and not be copied.
    """
    try:
        with file.open("rb"):
            size = bytes_of(file)
    except OSError as fault:
        raise InvalidInput("file", f"{file} cannot be read: {fault.strerror}.") from None
    missing = missing_bytes(part.parent, size)
    if missing:
        raise BackupFailed(
            f"There is too little room for it where the database is ({part.parent}): "
            f"{missing / 1e6:.0f} MB more are needed."
        )
    try:
        bring_in(file, part)
    except NotOurs as fault:
        raise InvalidInput("file", f"{file} is not a backup of Mailbox Admin: {fault}.") from None
    except NewerDatabase as fault:
        sentence = f"{file} cannot be restored: {fault}. Install that version first."
        raise InvalidInput("file", sentence) from None
    except StoreUnavailable as fault:
        raise InvalidInput("file", f"{file} cannot be restored. {fault}") from None


def _name_for_the_one_before(database: Path, now: datetime) -> Path:
    """A free one: two restores may follow each other within a second."""
    stem = f"{database.stem}-before-{now:%Y%m%d-%H%M%S}"
    names = (f"{stem}{'' if number == 1 else f'-{number}'}" for number in itertools.count(1))
    paths = (database.with_name(f"{name}{database.suffix}") for name in names)
    return next(path for path in paths if not path.exists())


def _clear(part: Path) -> None:
    for left in (*files_of(part), part.with_name(f"{part.name}-journal")):
        left.unlink(missing_ok=True)
