"""Transactions: `read()` and `write()`, and what only SQLite needs for them.

Python's SQLite driver opens transactions at moments of its own choosing; with
its autocommit off, a read followed by a write can lose an update. So the driver
is told to begin nothing by itself, and every transaction here begins with a
statement: BEGIN for reading, BEGIN IMMEDIATE for writing.

One writer at a time in the process: threads queue here, the web first, rather
than in SQLite's busy wait, which is unfair. Another process (the command line)
waits in SQLite's `busy_timeout`.
"""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from mailboxadmin.domain.errors import StoreUnavailable

#: How long another process may hold the write lock before we give up.
BUSY_TIMEOUT_S = 20
#: Of a new database. Four times SQLite's own, because nearly all of it is mail: a third
#: less work for a message of 27 kB.
PAGE_BYTES = 16 * 1024
#: The WAL is cut back to this when it is checkpointed, which SQLite does after 1000 pages.
WAL_LIMIT_BYTES = 1000 * PAGE_BYTES


#: How a transaction that writes begins: it has the right to from its first moment.
BEGIN_TO_WRITE = "BEGIN IMMEDIATE"
#: So many urgent writers go before one that can wait, and then it is its turn.
MOST_BEFORE = 8


class WriterQueue:
    """A lock whose urgent waiters go first: a person's click before the next batch of a sync.

    First, but not for ever: a thousand clicks do not keep a sync from its end.
    """

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._held = False
        self._urgent = 0
        self._patient = 0
        #: Urgent ones that went while others waited.
        self._went_before = 0

    @contextmanager
    def turn(self, *, urgent: bool) -> Iterator[None]:
        """Hold the lock for the block."""
        with self._turn:
            self._wait(urgent)
            self._held = True
        try:
            yield
        finally:
            with self._turn:
                self._held = False
                self._turn.notify_all()

    def _wait(self, urgent: bool) -> None:
        self._urgent += urgent
        self._patient += not urgent
        self._turn.wait_for(lambda: not self._held and urgent is self._urgent_next)
        self._urgent -= urgent
        self._patient -= not urgent
        self._went_before = self._went_before + 1 if urgent and self._patient else 0

    @property
    def _urgent_next(self) -> bool:
        if not self._urgent or not self._patient:
            return bool(self._urgent)
        return self._went_before < MOST_BEFORE


class Store:
    """Sessions on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        #: What was found damaged since this process began; None while nothing was.
        self.damage: Damaged | None = None
        #: Indexes for searching that were found damaged, and what SQLite said; `mending.py`
        #: builds them anew.
        self.damaged_indexes: dict[str, str] = {}
        self._writers = WriterQueue()
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._write_sessions = sessionmaker(
            engine.execution_options(begin=BEGIN_TO_WRITE), expire_on_commit=False
        )

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; what is changed in it is not kept."""
        with self._noticed(), self._sessions() as session:
            yield session  # Closing ends the transaction; nothing of it is kept.

    @contextmanager
    def write(self, *, background: bool = False) -> Iterator[Session]:
        """One transaction: committed when the block ends, undone when it raises.

        Args:
            background: work that can wait behind a person's click.
        """
        with (
            self._writers.turn(urgent=not background),
            self._noticed(),
            self._write_sessions() as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def alone(self) -> Iterator[SqliteConnection]:
        """The driver's own connection in no transaction, while no thread here writes.

        For what SQLite does with the file as a whole; another process is kept out by it.
        """
        with self._writers.turn(urgent=True), closing(self.engine.raw_connection()) as pooled:
            connection = pooled.driver_connection
            assert isinstance(connection, SqliteConnection)
            try:
                yield connection
            except sqlite3.OperationalError as fault:
                raise unavailable(str(fault)) from fault

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """Errors in our words; a damaged page is remembered, whoever came upon it."""
        try:
            with translated():
                yield
        except IndexDamaged as fault:
            self.damaged_indexes[fault.index] = fault.reason
            raise
        except Damaged as fault:
            self.damage = fault
            raise


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database's own errors into ours: locked, full, read-only, damaged.

    Raises:
        StoreUnavailable: one of these.
    """
    try:
        yield
    except OperationalError as fault:
        raise unavailable(str(fault.orig)) from fault
    except DatabaseError as fault:
        reason = str(fault.orig)
        if getattr(fault.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_CORRUPT_VTAB:
            raise IndexDamaged(reason, _index_of(fault.statement or "")) from fault
        if any(words in reason for words in DAMAGE):
            raise unavailable(reason) from fault
        raise


def unavailable(reason: str) -> StoreUnavailable:
    """What SQLite says, as an error of ours."""
    for words, kind in _REASONS.items():
        if words in reason:
            return kind(reason)
    return StoreUnavailable(f"The database cannot be used: {reason}.")


class DatabaseBusy(StoreUnavailable):
    """Raised when another process holds the database for longer than we wait."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database is held by another process ({reason}); try again shortly.")


class DiskFull(StoreUnavailable):
    """Raised when there is no room to write."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"There is no room on the disk for the database ({reason}).")


class Damaged(StoreUnavailable):
    """Raised when what is in the file is not what was written to it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database is damaged ({reason}).")
        #: In SQLite's words.
        self.reason = reason


class IndexDamaged(StoreUnavailable):
    """Raised when it is only an index for searching, which can be built anew from the rows."""

    def __init__(self, reason: str, index: str) -> None:
        super().__init__(
            f"An index for searching is damaged ({reason}); it is built anew by itself. "
            "Try again in a moment."
        )
        #: In SQLite's words.
        self.reason = reason
        #: Its name.
        self.index = index


class ReadOnly(StoreUnavailable):
    """Raised when the database file or its folder may not be written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database may not be written ({reason}): check who owns its folder.")


def _index_of(statement: str) -> str:
    """SQLite does not say which index; triggers of that statement's table change it."""
    return "activity_search" if re.search(r"\bactivity(_search)?\b", statement) else "mail_search"


#: How SQLite calls a damaged file, or one that is none of its own.
DAMAGE = ("malformed", "not a database")
_REASONS: dict[str, Callable[[str], StoreUnavailable]] = {
    "locked": DatabaseBusy,
    "busy": DatabaseBusy,
    "full": DiskFull,
    "disk I/O error": DiskFull,
    "readonly": ReadOnly,
    "unable to open": ReadOnly,
    **dict.fromkeys(DAMAGE, Damaged),
}


def prepare_sqlite(engine: Engine) -> None:
    """Make an SQLite engine begin its transactions where we say so, in WAL mode, fully synced."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
        # Before anything is written; later it changes nothing.
        f"page_size = {PAGE_BYTES}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"journal_size_limit = {WAL_LIMIT_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    connection.execute(text(connection.get_execution_options().get("begin", "BEGIN")))
