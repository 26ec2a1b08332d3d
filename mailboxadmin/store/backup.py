"""Copies of the database, made with SQLite's own means while others write to it.

What is special to SQLite: a copy is one file, and a live database is up to three.

    one read transaction ── rows of each table counted ── pages copied ── end
                                   └──────────────┬──────────────┘
    the copy: written to the disk ── read back, all of it ── the same counts
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from mailboxadmin.domain.errors import MailboxAdminError, StoreUnavailable
from mailboxadmin.store.store import BUSY_TIMEOUT_S, Damaged, unavailable

#: Pages copied in one step; between two steps a stop is noticed.
STEP_PAGES = 500
#: Waited between two steps, so that a disk that is busy copying still serves others.
PAUSE_S = 0.002
#: So many of SQLite's instructions are done before a stop is noticed while it reads.
STEP_READING = 100_000
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

Stop = Callable[[], bool]


class CopyStopped(MailboxAdminError):
    """Raised when a copy was stopped before it was whole."""


def database_file(engine: Engine) -> Path:
    """Where the database is."""
    return Path(engine.url.database or "").absolute()


def files_of(database: Path) -> tuple[Path, ...]:
    """The names of a live database's files, whether or not each is there now."""
    return tuple(database.with_name(database.name + suffix) for suffix in ("", *COMPANIONS))


def bytes_of(database: Path) -> int:
    """How large a copy is at most."""
    return sum(file.stat().st_size for file in files_of(database)[:2] if file.exists())


def never() -> bool:
    """For a copy that nobody stops."""
    return False


def copy_database(source: Path, target: Path, *, stop: Stop = never) -> None:
    """Write a consistent copy of a database that may be in use, and read it back.

    Raises:
        Damaged: the source is.
        CopyStopped: `stop` became true; the target is not whole.
        StoreUnavailable: the source is locked.
        OSError: the target exists, cannot be written, or does not give back what was written.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with translated(), closing(_open(source)) as here, closing(_open(target)) as there:
        # One moment of the source: without it the copy would begin anew at every write of others,
        # and where mail comes all the time it would never end.
        here.execute("BEGIN")
        here.set_progress_handler(stop, STEP_READING)
        counted = count_rows(here)
        here.backup(there, pages=STEP_PAGES, sleep=PAUSE_S, progress=_stopping(stop))
        # One file that needs no other, so that it can be moved anywhere.
        there.execute("PRAGMA journal_mode = DELETE")
        _forget_what_is_in_memory(target)
        there.set_progress_handler(stop, STEP_READING)
        fault = fault_in(there, counted)
        if fault:
            _blame(here, fault)


def fault_in(copy: sqlite3.Connection, counted: dict[str, int] | None = None) -> str:
    """What is wrong with a copy, of which all is read; empty when nothing is.

    Args:
        counted: how many rows each table has to have.
    """
    if verdict := _of_the_rows(copy.execute("PRAGMA integrity_check")):
        return verdict
    differ = [] if counted is None else sorted(counted.items() ^ count_rows(copy).items())
    return f"the table {differ[0][0]} has another number of rows" if differ else ""


def _of_the_rows(verdicts: Iterable[tuple[str]]) -> str:
    """The first that is not about an index for searching; empty when there is none.

    From 3.44 on SQLite looks at these too. They are built anew from the rows, so that a copy is
    as good with one that is damaged (`services.machine.mending`).
    """
    told = (verdict for (verdict,) in verdicts if verdict != "ok")
    return next((each for each in told if "FTS5 table" not in each), "")


def count_rows(database: sqlite3.Connection) -> dict[str, int]:
    """The rows of every table that is stored; those of an index for searching among them."""
    names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    return {
        name: database.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]
        for (name,) in names.fetchall()
    }


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def is_copy(file: Path) -> bool:
    """True for what `copy_database` wrote, and for an empty file; a live database is neither.

    Raises:
        OSError: it cannot be read.
    """
    if not file.is_file():
        return False
    head = head_of(file)
    # 1 and 1 in a database that needs no other file, 2 and 2 in WAL mode (file format, 1.3.3).
    if not head.startswith(MAGIC) or head[18:] != b"\x01\x01":
        return not head
    try:
        with translated(), closing(open_unchanged(file)) as database:
            return is_ours(database)
    except StoreUnavailable:
        # Damaged: nobody knows what it was.
        return False


def holds_mailbox(file: Path, address: str) -> bool:
    """True when a copy of a database has mail, secrets or log entries of that mailbox.

    Also of one that cannot be looked at, because it is damaged: nobody knows. False for any
    other file.

    Raises:
        OSError: it cannot be read.
    """
    if not head_of(file).startswith(MAGIC):
        return False
    try:
        with translated(), closing(open_unchanged(file)) as database:
            if not is_ours(database):
                return False
            return any(database.execute(query, (address,)).fetchone() for query in _HELD)
    except StoreUnavailable:
        return True


def quick_check(engine: Engine) -> str:
    """`ok`, or the first thing that SQLite finds wrong with the file.

    Raises:
        StoreUnavailable: it cannot even be asked.
    """
    with translated(), closing(_open(database_file(engine))) as database:
        return _of_the_rows(database.execute("PRAGMA quick_check")) or "ok"


def check_copy(file: Path) -> str:
    """What is wrong with a copy that nobody writes, of which all is read; empty if nothing is.

    Raises:
        OSError: it cannot be read.
    """
    if not head_of(file).startswith(MAGIC):
        return "it is no database"
    try:
        with translated(), closing(open_unchanged(file)) as database:
            return fault_in(database)
    except StoreUnavailable as fault:
        return str(fault)


def keep_names(folder: Path) -> None:
    """Have the names in a folder outlast a power cut; what is in the files does already."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_ours(database: sqlite3.Connection) -> bool:
    """Whether it has the tables that every version of ours has."""
    tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in tables} >= OUR_TABLES


def head_of(file: Path) -> bytes:
    """The beginning of a file, as far as it says what the file is."""
    with file.open("rb") as opened:
        return opened.read(20)


def open_unchanged(file: Path) -> sqlite3.Connection:
    """Open a file that nobody writes, and make none beside it.

    Nothing that its schema brings along is believed (SQLite, "Defense Against The Dark Arts").
    """
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    database = sqlite3.connect(uri, uri=True, isolation_level=None)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
        database.execute(f"PRAGMA {pragma}")
    return database


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite raises about a copy into our errors.

    Raises:
        CopyStopped, StoreUnavailable: see there.
        OSError: a file cannot be written.
    """
    try:
        yield
    except sqlite3.Error as fault:
        kind = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if kind == sqlite3.SQLITE_INTERRUPT:
            raise CopyStopped("The copy was stopped.") from fault
        if kind in _NOT_WRITTEN:
            number = _NOT_WRITTEN[kind]
            raise OSError(number, os.strerror(number)) from fault
        raise unavailable(str(fault)) from fault


#: The source is only read, so whatever cannot be written is the copy.
_NOT_WRITTEN = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EROFS,
}


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_S, isolation_level=None)


def _stopping(stop: Stop) -> Callable[[int, int, int], None]:
    def look(_status: int, _remaining: int, _total: int) -> None:
        if stop():
            raise CopyStopped("The copy was stopped.")

    return look


def _forget_what_is_in_memory(file: Path) -> None:
    """Have the system read the file from the disk again, so that the disk is what is checked."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _blame(source: sqlite3.Connection, fault: str) -> None:
    """A copy that is not whole: damaged is the source, or what the copy was written to.

    Raises:
        Damaged: the source is.
        OSError: it is not.
    """
    in_source = fault_in(source)
    if in_source:
        raise Damaged(in_source)
    raise OSError(errno.EIO, f"it does not give back what was written to it ({fault})")
