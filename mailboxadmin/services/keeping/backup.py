"""A copy of the database that is whole, read back after it was written.

The key file is never in a backup: whoever gets the backup alone reads no password.
"""

import os
from pathlib import Path

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import InvalidInput, MailboxAdminError
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.file_lock import BACKUP_LOCK, SCHEDULER_LOCK, SERVE_LOCK
from mailboxadmin.services.machine.room import SPARE_BYTES, missing_bytes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.backup import (
    Stop,
    bytes_of,
    copy_database,
    database_file,
    files_of,
    is_copy,
    keep_names,
    never,
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

    A backup of that name is replaced, and only when the copy is whole and was read back.

    Raises:
        InvalidInput: the file named belongs to the instance, or is anything but a backup.
        BackupFailed: the copy cannot be written.
        StoreUnavailable: the database cannot be read.
    """
    _refuse_occupied(deps, target)
    size = write_verified(deps, target)
    note_backup(deps, target, size, actor=actor)
    return size


def write_verified(deps: Deps, target: Path, *, stop: Stop = never) -> int:
    """Write a copy that takes its name only when all of it was read back; its size in bytes.

    Raises:
        CopyStopped: `stop` became true.
        BackupFailed, StoreUnavailable: as above.
    """
    source = database_file(deps.store.engine)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _refuse_without_room(source, target)
        copy_database(source, part, stop=stop)
        size = part.stat().st_size
        part.replace(target)
        keep_names(target.parent)
    except OSError as fault:
        raise BackupFailed(f"{target} cannot be written: {fault.strerror}.") from fault
    finally:
        # SQLite keeps a journal beside what it writes.
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)
    return size


def note_backup(deps: Deps, target: Path, size: int, *, actor: str) -> None:
    """Say so in the log."""
    entry = Entry(
        code=Code.BACKUP_CREATED,
        message=f"A backup of {size / 1e6:.1f} MB was written and read back.",
        actor=actor,
        detail={"file": str(target.absolute()), "bytes": size},
    )
    with deps.store.write() as db:
        add_entry(db, entry, deps.clock.now())


def _refuse_without_room(source: Path, target: Path) -> None:
    """Rather no backup than a full disk, on which no mail could be stored any more."""
    missing = missing_bytes(target.absolute().parent, bytes_of(source))
    if missing:
        raise BackupFailed(
            f"{target} cannot be written: there is too little room, {missing / 1e6:.0f} MB more "
            f"are needed ({SPARE_BYTES / 1e6:.0f} MB stay free for mail)."
        )


def _refuse_occupied(deps: Deps, target: Path) -> None:
    """What lies there already is worth more than a backup of that name."""
    instance = deps.instance
    ours = {instance / each for each in (KEY_FILE, SERVE_LOCK, SCHEDULER_LOCK, BACKUP_LOCK)}
    ours.update(files_of(database_file(deps.store.engine)))
    if target.resolve() in {file.resolve() for file in ours}:
        raise InvalidInput("file", f"{target} belongs to the instance; name a new file.")
    try:
        free = not target.exists() or is_copy(target)
    except OSError as fault:
        raise BackupFailed(f"{target} cannot be written: {fault.strerror}.") from fault
    if not free:
        raise InvalidInput("file", f"{target} is there and is no backup; name a new file.")
