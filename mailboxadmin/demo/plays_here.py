"""Faults of this machine, played so that only the mailbox of the rehearsal meets them.

The run is given a database connection of its own, on the same file: what SQLite says on it is
what it says on a full disk, or behind another program, and nobody else's connection is touched.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.fernet import Fernet
from sqlalchemy import Engine, create_engine, event

from mailboxadmin.demo.faulty_dialogue import Do, PassOn
from mailboxadmin.demo.faulty_imap import FaultyImap, Trouble
from mailboxadmin.demo.stage import HOST, Stage
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.secrets import put_password
from mailboxadmin.store.store import Store, prepare_sqlite
from mailboxadmin.store.vault import Vault

_MEGABYTE: Final = 1024 * 1024
#: Room for the run's own notes, and for no message of the size that arrives.
_ROOM_BYTES: Final = _MEGABYTE
_MESSAGE_BYTES: Final = 3 * _MEGABYTE
#: How long the run waits for the database; others wait for ten times that.
_PATIENCE_MS: Final = 2000
_BODIES: Final = r"UID FETCH \S+ .*BODY\.PEEK\[\]"


@dataclass(frozen=True, slots=True)
class KeyLost:
    """The key that sealed the password is another one than this program has."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        lost = Vault([Fernet.generate_key().decode()])
        sealed = lost.seal(stage.person.imap_password)
        with stage.deps.store.write() as db:
            now, bound_to = stage.deps.clock.now(), str(stage.server.address)
            put_password(db, stage.mailbox_id, sealed, bound_to, now)
        return stage.deps


@dataclass(frozen=True, slots=True)
class ServerChanges:
    """The mailbox's server is another one now, and the password was entered for the one before."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        server = Server(host=HOST, port=stage.server.port, encryption=Encryption.NONE)
        stage.lead_to(server, password=False)
        return stage.deps


@dataclass(frozen=True, slots=True)
class DiskFull:
    """The database gets no more room than it has, and a large message arrives."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.message_arrives(_large_message())
        store = held.enter_context(_own_store(stage.deps.store.engine, _no_more_room))
        return replace(stage.deps, store=store)


@dataclass(frozen=True, slots=True)
class DatabaseHeld:
    """Another program holds the database from the moment at which new mail arrives."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.letters_arrive()
        other = _OtherProgram(stage.deps.store.engine)
        line = held.enter_context(_HoldingLine(stage.server.port, other))
        stage.lead_to_port(line.port)
        store = held.enter_context(_own_store(stage.deps.store.engine, _little_patience))
        return replace(stage.deps, store=store)


class _OtherProgram:
    """Takes the right to write, and gives it back."""

    def __init__(self, engine: Engine) -> None:
        self._file = database_file(engine)
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        self._connection = sqlite3.connect(self._file, isolation_level=None, timeout=60)
        self._connection.execute("BEGIN IMMEDIATE")

    def give_back(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _HoldingLine(FaultyImap):
    """While its answer to the question for new mail is on the way, the database is held."""

    def __init__(self, server_port: int, other: _OtherProgram) -> None:
        super().__init__(server_port, Trouble(at=_BODIES, does=(Do(other.take), PassOn())))
        self._other = other

    def _relay(self, program: Any) -> None:
        try:
            super()._relay(program)
        finally:
            # The run hangs up when it has waited long enough; its outcome can be written then.
            self._other.give_back()


@contextmanager
def _own_store(engine: Engine, prepare: Any) -> Iterator[Store]:
    own = create_engine(engine.url)
    prepare_sqlite(own)
    event.listen(own, "connect", prepare)
    try:
        yield Store(own)
    finally:
        own.dispose()


def _little_patience(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")


def _no_more_room(connection: sqlite3.Connection, _record: Any) -> None:
    """SQLite says "database or disk is full" beyond that; the limit is this connection's own."""
    size, pages = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_size", "page_count")
    )
    connection.execute(f"PRAGMA max_page_count = {pages + _ROOM_BYTES // size}")


def _large_message() -> bytes:
    head = b"Subject: The plans, in full size\r\nFrom: Iris Falk <iris@architects.example>\r\n\r\n"
    line = b"0123456789abcdef" * 4 + b"\r\n"
    return head + line * (_MESSAGE_BYTES // len(line))
