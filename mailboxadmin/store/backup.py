"""Copies of the database, made with SQLite's own means while others write to it.

What is special to SQLite: a copy is one file, and a live database is up to three.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.domain.run import Outcome
from mailboxadmin.store.schema import KNOWN
from mailboxadmin.store.tables import HeartbeatRow, LeaseRow, RunRow, SessionRow

#: Pages copied in one step; between two steps others may write.
STEP_PAGES = 2000
#: Waited between two steps while others write.
PAUSE_S = 0.005
#: How long another process may hold the database.
BUSY_TIMEOUT_S = 20
#: Files that belong to a database in WAL mode, beside the one of its name.
COMPANIONS = ("-wal", "-shm")


def database_file(engine: Engine) -> Path:
    """Where the database is."""
    return Path(engine.url.database or "").absolute()


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


def revision_of(file: Path) -> str | None:
    """The revision of the tables in a copy; None when it is no database of ours.

    Raises:
        StoreUnavailable: it is a database, and damaged.
    """
    with file.open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\x00":
            return None
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    with _translated(), closing(sqlite3.connect(uri, uri=True)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "mailboxes", "activity"} <= tables:
            return None
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        [verdict] = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreUnavailable(f"The database in it is damaged: {verdict}.")
    return str(row[0]) if row else None


def is_known(revision: str) -> bool:
    """True when this version can read a database of that revision."""
    return revision in KNOWN


def move_database(source: Path, target: Path) -> None:
    """Rename a database that nobody uses, with the files that belong to it.

    Raises:
        OSError: it cannot be renamed.
    """
    for suffix in ("", *COMPANIONS):
        file = source.with_name(source.name + suffix)
        if file.exists():
            file.rename(target.with_name(target.name + suffix))


def forget_the_moment(db: Session, now: datetime) -> None:
    """Undo what was true only when the copy was made: runs, leases, sign-ins, the heartbeat."""
    db.execute(delete(LeaseRow))
    db.execute(delete(HeartbeatRow))
    db.execute(delete(SessionRow))
    live = update(RunRow).where(RunRow.finished_at.is_(None))
    db.execute(live.values(finished_at=now, outcome=Outcome.FAILED.value))


def quick_check(engine: Engine) -> str:
    """`ok`, or the first thing that SQLite finds wrong with the file.

    Raises:
        StoreUnavailable: it cannot even be asked.
    """
    with _translated(), closing(_open(database_file(engine))) as database:
        return str(database.execute("PRAGMA quick_check(1)").fetchone()[0])


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_S)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        raise StoreUnavailable(f"The database cannot be read or written: {fault}.") from fault
