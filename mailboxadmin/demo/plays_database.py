"""Faults of the database, played so that only the mailbox of the rehearsal meets them.

Its run is given a database connection of its own, on the same file: what SQLite says on it is
what it says on a full disk, on one that may not be written, behind another program, or over a
damaged page. Nobody else's connection is touched, and neither is the file.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from mailboxadmin.demo.faulty_dialogue import Do, PassOn
from mailboxadmin.demo.faulty_imap import FaultyImap, Trouble
from mailboxadmin.demo.stage import Stage
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.work.keeper import LEASE_THREAD
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.store import BEGIN_TO_WRITE, Store, prepare_sqlite

_MEGABYTE: Final = 1024 * 1024
#: Room for the run's own notes, and for no message of the size that arrives.
_ROOM_BYTES: Final = _MEGABYTE
_MESSAGE_BYTES: Final = 3 * _MEGABYTE
#: How long the run waits for the database; others wait for ten times that.
_PATIENCE_MS: Final = 2000
_BODIES: Final = r"UID FETCH \S+ .*BODY\.PEEK\[\]"


@dataclass(frozen=True, slots=True)
class DiskFull:
    """The database gets no more room than it has, and a large message arrives."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.message_arrives(_large_message())
        return held.enter_context(_with_own_store(stage.deps, _no_more_room))


@dataclass(frozen=True, slots=True)
class DatabaseHeld:
    """Another program holds the database from the moment at which new mail arrives."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        other = _OtherProgram(stage.deps)
        _while_mail_comes(stage, held, other.take, other.give_back)
        return held.enter_context(_with_own_store(stage.deps, _little_patience))


@dataclass(frozen=True, slots=True)
class DatabaseReadOnly:
    """The database may not be written from the moment at which new mail arrives."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        once = ReadOnlyOnce()
        _while_mail_comes(stage, held, once.on, once.off)
        return held.enter_context(_with_own_store(stage.deps, at_begin=once.at_begin))


@dataclass(frozen=True, slots=True)
class DatabaseDamaged:
    """An index that is written with each message is damaged: a temporary one, of this run alone."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.letters_arrive()
        return held.enter_context(_with_own_store(stage.deps, _damaged_index))


class _OtherProgram:
    """Takes the right to write, and gives it back."""

    def __init__(self, deps: Deps) -> None:
        self._file = database_file(deps.store.engine)
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        if self._connection is not None:
            return
        self._connection = sqlite3.connect(self._file, isolation_level=None, timeout=60)
        self._connection.execute("BEGIN IMMEDIATE")

    def give_back(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class ReadOnlyOnce:
    """Lets one transaction only read, which wanted to write; the run's outcome comes after it.

    It is not the renewal of the lease, which may come in between and which a run gets over. One is
    one, also when new mail is asked for again before the run has heard of it, or when two threads
    begin to write in the same moment.
    """

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._next = self._was = False

    def on(self) -> None:
        """From now on it may be met, unless it was."""
        self._next = not self._was

    def off(self) -> None:
        """Nobody meets it any more."""
        self._next = False

    def at_begin(self, connection: Connection) -> None:
        """Before SQLite begins, which it then refuses to do for writing."""
        writes = connection.get_execution_options().get("begin") == BEGIN_TO_WRITE
        writes = writes and threading.current_thread().name != LEASE_THREAD
        with self._one:
            meets_it = self._next and writes
            self._next, self._was = self._next and not meets_it, self._was or meets_it
        connection.exec_driver_sql(f"PRAGMA query_only = {int(meets_it)}")


class _LineBetween(FaultyImap):
    """Something begins when new mail is asked for, and ends when the run hangs up.

    The run does that when the database has failed it; its outcome can be written then.
    """

    def __init__(
        self, server_port: int, begin: Callable[[], None], end: Callable[[], None]
    ) -> None:
        super().__init__(server_port, Trouble(at=_BODIES, does=(Do(begin), PassOn())))
        self._end = end

    def _relay(self, program: Any) -> None:
        try:
            super()._relay(program)
        finally:
            self._end()


def _while_mail_comes(
    stage: Stage, held: ExitStack, begin: Callable[[], None], end: Callable[[], None]
) -> None:
    stage.letters_arrive()
    line = held.enter_context(_LineBetween(stage.server.port, begin, end))
    stage.lead_to_port(line.port)


def _little_patience(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")


def _no_more_room(connection: sqlite3.Connection, _record: Any) -> None:
    """SQLite says "database or disk is full" beyond that; the limit is this connection's own."""
    size, pages = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_size", "page_count")
    )
    connection.execute(f"PRAGMA max_page_count = {pages + _ROOM_BYTES // size}")


def _damaged_index(connection: sqlite3.Connection, _record: Any) -> None:
    """SQLite says "database disk image is malformed" when a message is stored.

    What is temporary lives in a file of this connection's own, and goes with it.
    """
    connection.execute("CREATE VIRTUAL TABLE temp.damaged USING fts5(word)")
    connection.execute("INSERT INTO temp.damaged VALUES ('message')")
    connection.execute("UPDATE temp.damaged_data SET block = x'ffffffff' WHERE id > 10")
    connection.execute(
        "CREATE TEMP TRIGGER look_it_up AFTER INSERT ON main.messages BEGIN "
        "SELECT count(*) FROM damaged WHERE damaged MATCH 'message'; END"
    )


@contextmanager
def _with_own_store(
    deps: Deps,
    prepare: Callable[[sqlite3.Connection, Any], None] | None = None,
    *,
    at_begin: Callable[[Connection], None] | None = None,
) -> Iterator[Deps]:
    """The tools with a store on the same file.

    Args:
        prepare: is handed each connection when it is made.
        at_begin: the same before each transaction.
    """
    own = own_engine(deps.store.engine.url, at_begin)
    if prepare is not None:
        event.listen(own, "connect", prepare)
    try:
        yield replace(deps, store=Store(own))
    finally:
        own.dispose()


def own_engine(url: URL, at_begin: Callable[[Connection], None] | None) -> Engine:
    """An engine as everybody has it, with something before SQLite begins."""
    own = create_engine(url)
    if at_begin is not None:
        # First: who listens later is called later, `insert=True` does nothing at this event.
        event.listen(own, "begin", at_begin)
    prepare_sqlite(own)
    return own


def _large_message() -> bytes:
    head = b"Subject: The plans, in full size\r\nFrom: Iris Falk <iris@architects.example>\r\n\r\n"
    line = b"0123456789abcdef" * 4 + b"\r\n"
    return head + line * (_MESSAGE_BYTES // len(line))
