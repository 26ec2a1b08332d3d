"""The backup of each day, in `backups/` of the instance folder.

due? ── nobody else makes it? ── written ── read back ── takes its name ── too old ones go
│           │
└───────────┴─► backup.failed, once     └── are the indexes for
with a count; all that were there stay,         searching in it whole? (services/machine/mending.py)
and it is tried again
"""

import logging
import threading
from pathlib import Path

from mailboxadmin.domain.backups import (
    Backup,
    backup_name,
    is_due,
    made_at,
    newest,
    superfluous,
)
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.backup import BackupFailed, write_verified
from mailboxadmin.services.keeping.backup_told import backup_failed, backup_made
from mailboxadmin.services.machine.file_lock import BACKUP_LOCK, FileLock
from mailboxadmin.services.machine.mending import check_indexes
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.store.backup import CopyStopped
from mailboxadmin.store.store import Damaged

FOLDER = "backups"

log = logging.getLogger(__name__)


def back_up_if_due(deps: Deps, stop: threading.Event) -> Path | None:
    """Make the backup of the day when its time has come; where it is, None when none was made.

    Raises:
        StoreUnavailable: the settings cannot be read.
        OSError: the folder or its lock cannot be made.
    """
    keep = backups_to_keep(deps)
    if not keep or not _due(deps):
        return None
    lock = FileLock(deps.instance / BACKUP_LOCK)
    if not lock.take():
        return None
    try:
        # Another process may just have made it.
        return _make(deps, keep, stop) if _due(deps) else None
    finally:
        lock.release()


def backups_folder(instance: Path) -> Path:
    """Where they are."""
    return instance / FOLDER


def read_backups(instance: Path) -> tuple[Backup, ...]:
    """Those that are there; what else lies in the folder is not ours to count or delete."""
    folder = backups_folder(instance)
    if not folder.is_dir():
        return ()
    return tuple(
        Backup(name=file.name, made_at=at, size_bytes=file.stat().st_size)
        for file in sorted(folder.iterdir())
        if (at := made_at(file.name)) is not None
    )


def backups_to_keep(deps: Deps) -> int:
    """As the office has set it."""
    with deps.store.read() as db:
        return int(str(office_values(db)["backup_keep"]))


def _due(deps: Deps) -> bool:
    now = deps.clock.now()
    return is_due(newest(read_backups(deps.instance), now), now)


def _make(deps: Deps, keep: int, stop: threading.Event) -> Path | None:
    folder = backups_folder(deps.instance)
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(".*.part*"):
        # Of a process that was killed: whoever makes a backup here holds the lock.
        left.unlink(missing_ok=True)
    target = folder / backup_name(deps.clock.now())
    try:
        size = write_verified(deps, target, stop=stop.is_set)
    except CopyStopped:
        log.info("the backup of the day was stopped; the next process makes it")
        return None
    except (BackupFailed, StoreUnavailable) as fault:
        log.warning("the backup of the day was not made: %s", fault)
        if isinstance(fault, Damaged):
            deps.store.damage = fault
        backup_failed(deps, target, str(fault))
        return None
    # All of the database was read, and is whole.
    deps.store.damage = None
    backup_made(deps, target, size)
    for old in superfluous(read_backups(deps.instance), keep, deps.clock.now()):
        (folder / old.name).unlink(missing_ok=True)
    check_indexes(deps, target)
    return target
