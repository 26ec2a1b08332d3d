"""Copies of the database, made with SQLite's own means while others write to it.

What is special to SQLite: a copy is one file, and a live database is up to three.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.domain.run import Outcome
from mailboxadmin.store.notices import drop_waiting
from mailboxadmin.store.schema import KNOWN
from mailboxadmin.store.sessions import end_what_was_signed
from mailboxadmin.store.tables import (
    HeartbeatRow,
    LeaseRow,
    RunRow,
    SetupCodeRow,
)
from mailboxadmin.store.tables_debug import DebugSwitchRow
from mailboxadmin.store.tables_notices import ChannelRow
from mailboxadmin.store.tables_oauth import ConsentRow

#: Pages copied in one step; between two steps others may write.
STEP_PAGES = 2000
#: Waited between two steps while others write.
PAUSE_S = 0.005
#: How long another process may hold the database.
BUSY_TIMEOUT_S = 20
#: Files that belong to a database in WAL mode, beside the one of its name.
COMPANIONS = ("-wal", "-shm")
#: How every SQLite file begins (file format, 1.3).
MAGIC = b"SQLite format 3\x00"
#: Among the tables of every version of ours.
OUR_TABLES = frozenset({"alembic_version", "mailboxes", "activity"})
_MAILBOX = "SELECT m.id FROM mailboxes m JOIN staff s ON s.id = m.staff_id WHERE s.email = ?"
#: Whether there is anything of a mailbox.
_HELD = tuple(
    f"SELECT 1 FROM {table} WHERE mailbox_id IN ({_MAILBOX}) LIMIT 1"
    for table in ("messages", "secrets", "activity")
)


def database_file(engine: Engine) -> Path:
    """Where the database is."""
    return Path(engine.url.database or "").absolute()


def files_of(database: Path) -> tuple[Path, ...]:
    """The names of a live database's files, whether or not each is there now."""
    return tuple(database.with_name(database.name + suffix) for suffix in ("", *COMPANIONS))


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent copy of a database that may be in use.

    Raises:
        StoreUnavailable: the source is damaged or locked.
        OSError: the target exists, or cannot be written.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _translated(), closing(_open(source)) as here, closing(_open(target)) as there:
        here.backup(there, pages=STEP_PAGES, sleep=PAUSE_S)
        # One file that needs no other, so that it can be moved anywhere.
        there.execute("PRAGMA journal_mode = DELETE")


def is_copy(file: Path) -> bool:
    """True for what `copy_database` wrote, and for an empty file; a live database is neither.

    Raises:
        OSError: it cannot be read.
    """
    if not file.is_file():
        return False
    head = _head(file)
    # 1 and 1 in a database that needs no other file, 2 and 2 in WAL mode (file format, 1.3.3).
    if not head.startswith(MAGIC) or head[18:] != b"\x01\x01":
        return not head
    try:
        with _translated(), closing(_open_unchanged(file)) as database:
            return _is_ours(database)
    except StoreUnavailable:
        # Damaged: nobody knows what it was.
        return False


def revision_of(file: Path) -> str | None:
    """The revision of the tables in a copy; None when it is no database of ours.

    Raises:
        StoreUnavailable: it is a database, and damaged.
    """
    if not _head(file).startswith(MAGIC):
        return None
    with _translated(), closing(_open_unchanged(file)) as database:
        if not _is_ours(database):
            return None
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        [verdict] = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreUnavailable(f"The database in it is damaged: {verdict}.")
    return str(row[0]) if row else None


def holds_mailbox(file: Path, address: str) -> bool:
    """True when a copy of a database has mail, secrets or log entries of that mailbox.

    Also of one that cannot be looked at, because it is damaged: nobody knows. False for any
    other file.

    Raises:
        OSError: it cannot be read.
    """
    if not _head(file).startswith(MAGIC):
        return False
    try:
        with _translated(), closing(_open_unchanged(file)) as database:
            if not _is_ours(database):
                return False
            return any(database.execute(query, (address,)).fetchone() for query in _HELD)
    except StoreUnavailable:
        return True


def is_known(revision: str) -> bool:
    """True when this version can read a database of that revision."""
    return revision in KNOWN


def keep_database(source: Path, target: Path) -> None:
    """Give a database that nobody uses a second name, and leave it ready to be replaced.

    Its log must not lie beside another database, which would take it for its own. So what
    is in the log goes into the database first; where that fails, because it is damaged,
    the log goes along under the second name.

    Raises:
        OSError: it cannot be linked.
    """
    if source.exists() and source.stat().st_size:
        with suppress(sqlite3.Error), closing(_open(source)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file, kept in zip(files_of(source), files_of(target), strict=True):
        if file.exists():
            os.link(file, kept)
    for file in files_of(source)[1:]:
        file.unlink(missing_ok=True)


def forget_the_moment(db: Session, now: datetime) -> None:
    """Undo what was true only when the copy was made.

    Runs, leases, the heartbeat, sign-ins, people on their way to a provider, messages on their
    way to people, links (one may have been used or replaced since), the set-up code and debug
    mode.
    """
    gone = (
        ChannelRow,
        ConsentRow,
        DebugSwitchRow,
        HeartbeatRow,
        LeaseRow,
        SetupCodeRow,
    )
    for table in gone:
        db.execute(delete(table))
    drop_waiting(db)
    end_what_was_signed(db)
    live = update(RunRow).where(RunRow.finished_at.is_(None))
    db.execute(live.values(finished_at=now, outcome=Outcome.FAILED.value))


def quick_check(engine: Engine) -> str:
    """`ok`, or the first thing that SQLite finds wrong with the file.

    Raises:
        StoreUnavailable: it cannot even be asked.
    """
    with _translated(), closing(_open(database_file(engine))) as database:
        return str(database.execute("PRAGMA quick_check(1)").fetchone()[0])


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(20)


def _is_ours(database: sqlite3.Connection) -> bool:
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    return names >= OUR_TABLES


def _open_unchanged(file: Path) -> sqlite3.Connection:
    """Open a file that nobody writes, and make none beside it."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_S)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        raise StoreUnavailable(f"The database cannot be read or written: {fault}.") from fault
