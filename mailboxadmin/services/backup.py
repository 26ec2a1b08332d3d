"""A copy of the database that is whole, and putting one back.

The key file is never in a backup: whoever gets the backup alone reads no password.
"""

import os
from datetime import datetime
from pathlib import Path

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import InvalidInput, MailboxAdminError, StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.file_lock import SCHEDULER_LOCK, SERVE_LOCK
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.backup import (
    copy_database,
    database_file,
    files_of,
    forget_the_moment,
    is_copy,
    is_known,
    keep_database,
    revision_of,
)

#: In the instance folder, as `config` has it.
KEY_FILE = "secret.key"


class BackupFailed(MailboxAdminError):
    """Raised when a file cannot be written; nothing is left behind."""


def reminder(deps: Deps) -> str:
    """Said with every backup and every restore."""
    key = deps.key_file or "the keys in MAILBOXADMIN_SECRET_KEYS"
    return (
        f"The key that opens the stored passwords is not in it: keep {key} apart. "
        "Without it every secret must be entered again."
    )


def create_backup(deps: Deps, target: Path, *, actor: str) -> int:
    """Write a consistent copy of the database while it is in use; its size in bytes.

    A backup of that name is replaced, and only when the copy is whole.

    Raises:
        InvalidInput: the file named belongs to the instance, or is anything but a backup.
        BackupFailed: the copy cannot be written.
        StoreUnavailable: the database cannot be read.
    """
    source = database_file(deps.store.engine)
    _refuse_occupied(deps, target)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        copy_database(source, part)
        size = part.stat().st_size
        part.replace(target)
    except OSError as fault:
        raise BackupFailed(f"{target} cannot be written: {fault.strerror}.") from fault
    finally:
        part.unlink(missing_ok=True)
    entry = Entry(
        code=Code.BACKUP_CREATED,
        message=f"A backup of {size / 1e6:.1f} MB was written.",
        actor=actor,
        detail={"file": str(target.absolute()), "bytes": size},
    )
    with deps.store.write() as db:
        add_entry(db, entry, deps.clock.now())
    return size


def _refuse_occupied(deps: Deps, target: Path) -> None:
    """What lies there already is worth more than a backup of that name."""
    instance = deps.instance
    ours = {instance / KEY_FILE, instance / SERVE_LOCK, instance / SCHEDULER_LOCK}
    ours.update(files_of(database_file(deps.store.engine)))
    if target.resolve() in {file.resolve() for file in ours}:
        raise InvalidInput("file", f"{target} belongs to the instance; name a new file.")
    try:
        free = not target.exists() or is_copy(target)
    except OSError as fault:
        raise BackupFailed(f"{target} cannot be written: {fault.strerror}.") from fault
    if not free:
        raise InvalidInput("file", f"{target} is there and is no backup; name a new file.")


def check_backup(file: Path) -> None:
    """Make sure that a file can be restored.

    Raises:
        InvalidInput: it is no backup of ours, is damaged, or from a newer version.
    """
    try:
        revision = revision_of(file)
    except OSError as fault:
        raise InvalidInput("file", f"{file} cannot be read: {fault.strerror}.") from None
    except StoreUnavailable as fault:
        raise InvalidInput("file", f"{file} cannot be restored. {fault}") from None
    if revision is None:
        raise InvalidInput("file", f"{file} is not a backup of Mailbox Admin.")
    if not is_known(revision):
        sentence = f"{file} was made by a newer version of Mailbox Admin (revision {revision})."
        raise InvalidInput("file", f"{sentence} Install that version first.")


def put_back(file: Path, database: Path, now: datetime) -> Path | None:
    """Replace a database that nobody uses by a backup (see `file_lock.alone_in`).

    The one before gets a second name rather than a copy, so that a damaged one can be put aside
    too, and keeps its first until the backup takes it: at every moment there is a database.

    Returns:
        Where the database before is now; None if there was none.

    Raises:
        InvalidInput: the file cannot be restored; nothing was changed.
        BackupFailed: the database cannot be written.
        StoreUnavailable: the file cannot be read to its end; nothing was changed.
    """
    check_backup(file)
    part = database.with_name(f".{database.name}.restored")
    kept = database.with_name(f"{database.stem}-before-{now:%Y%m%d-%H%M%S}{database.suffix}")
    try:
        part.unlink(missing_ok=True)
        copy_database(file, part)
        existed = database.exists()
        keep_database(database, kept)
        part.replace(database)
    except OSError as fault:
        raise BackupFailed(f"{database} cannot be written: {fault.strerror}.") from fault
    finally:
        part.unlink(missing_ok=True)
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
