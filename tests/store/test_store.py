"""Transactions: nothing is lost between two writers, and a person's click goes first."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import IntegrityError

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.store.store import (
    MOST_BEFORE,
    DatabaseBusy,
    ReadOnly,
    Store,
    WriterQueue,
    prepare_sqlite,
)

PATIENCE_S = 60.0
INCREMENTS = 50


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def store(file: Path) -> Store:
    """A database with one counter at 0 and a name that must be unique."""
    store = open_store(file)
    with store.write() as db:
        db.execute(text("CREATE TABLE counter (value INTEGER, name TEXT UNIQUE)"))
        db.execute(text("INSERT INTO counter VALUES (0, 'one')"))
    return store


def open_store(file: Path, *, patience_ms: int | None = None) -> Store:
    engine = create_engine(f"sqlite:///{file}")
    prepare_sqlite(engine)
    if patience_ms is not None:
        busy = f"PRAGMA busy_timeout = {patience_ms}"
        event.listen(engine, "connect", lambda connection, _: connection.execute(busy))
    return Store(engine)


def count(store: Store) -> int:
    with store.read() as db:
        return int(db.scalar(text("SELECT value FROM counter")) or 0)


def increment(store: Store) -> None:
    """Read, then write, in one transaction: the case in which updates get lost."""
    with store.write() as db:
        value = db.scalar(text("SELECT value FROM counter")) or 0
        time.sleep(0.001)
        db.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})


def test_threads_that_read_and_then_write_lose_no_update(store: Store):
    def many() -> None:
        for _ in range(INCREMENTS):
            increment(store)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(store) == 4 * INCREMENTS


def test_processes_that_read_and_then_write_lose_no_update(store: Store, file: Path):
    program = (
        "import sys; from pathlib import Path; from tests.store.test_store import *\n"
        f"store = open_store(Path(sys.argv[1]))\n"
        f"for _ in range({INCREMENTS}): increment(store)\n"
    )
    command = [sys.executable, "-c", program, str(file)]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(2)]

    for _ in range(INCREMENTS):
        increment(store)

    assert [process.wait() for process in processes] == [0, 0]
    assert count(store) == 3 * INCREMENTS


def test_a_block_that_raises_leaves_nothing(store: Store):
    with pytest.raises(ZeroDivisionError), store.write() as db:
        db.execute(text("UPDATE counter SET value = 7"))
        _ = 1 / 0

    assert count(store) == 0


def test_what_is_changed_while_reading_is_not_kept(store: Store):
    with store.read() as db:
        db.execute(text("UPDATE counter SET value = 7"))

    assert count(store) == 0


def test_a_reader_sees_one_moment_though_others_write(store: Store):
    with store.read() as db:
        before = db.scalar(text("SELECT value FROM counter"))
        increment(store)
        after = db.scalar(text("SELECT value FROM counter"))

    assert (before, after, count(store)) == (0, 0, 1)


def test_every_connection_keeps_what_it_says_it_wrote(store: Store):
    with store.read() as db:
        pragmas = {
            name: db.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_click_goes_before_the_batches_that_waited_longer():
    queue, order = WriterQueue(), list[str]()
    waiting: list[threading.Thread] = []

    def write(name: str, urgent: bool) -> None:
        with queue.turn(urgent=urgent):
            order.append(name)

    with queue.turn(urgent=False):
        for name, urgent in (("batch", False), ("another batch", False), ("click", True)):
            waiting.append(threading.Thread(target=write, args=(name, urgent)))
            waiting[-1].start()
            wait_until_waiting(queue, len(waiting))
    for thread in waiting:
        thread.join(PATIENCE_S)

    assert order[0] == "click"
    assert sorted(order[1:]) == ["another batch", "batch"]


def test_clicks_without_end_do_not_keep_a_batch_from_its_turn():
    queue, order = WriterQueue(), list[str]()
    waiting: list[threading.Thread] = []

    def write(name: str) -> None:
        with queue.turn(urgent=name == "click"):
            order.append(name)

    with queue.turn(urgent=True):
        for name in ("batch", *["click"] * (2 * MOST_BEFORE)):
            waiting.append(threading.Thread(target=write, args=(name,)))
            waiting[-1].start()
            wait_until_waiting(queue, len(waiting))
    for thread in waiting:
        thread.join(PATIENCE_S)

    assert order.index("batch") == MOST_BEFORE
    assert order.count("click") == 2 * MOST_BEFORE


def wait_until_waiting(queue: WriterQueue, count: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while len(queue._turn._waiters) < count:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_database_that_another_process_holds_is_busy(store: Store, file: Path):
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = open_store(file, patience_ms=50)

    with pytest.raises(DatabaseBusy, match="held by another process"):
        increment(impatient)

    other.execute("ROLLBACK")
    increment(impatient)
    assert count(impatient) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_in_a_folder_that_may_not_be_written(store: Store, file: Path):
    store.engine.dispose()
    file.parent.chmod(0o500)
    file.chmod(0o400)

    with pytest.raises(ReadOnly, match="may not be written"):
        increment(open_store(file))

    file.parent.chmod(0o700)


def test_a_database_that_is_opened_for_reading_only_says_so(store: Store, file: Path):
    store.engine.dispose()
    engine = create_engine(f"sqlite:///file:{file}?mode=ro&uri=true")
    event.listen(engine, "connect", lambda c, _: setattr(c, "isolation_level", None))

    with pytest.raises(ReadOnly, match="may not be written"), Store(engine).write() as db:
        db.execute(text("UPDATE counter SET value = 1"))


def test_a_file_that_is_no_database_says_so(file: Path):
    file.write_bytes(b"this is a letter, not a database\n" * 100)

    with pytest.raises(StoreUnavailable, match="not a database"), open_store(file).read() as db:
        db.execute(text("SELECT 1"))


def test_a_rule_of_the_tables_is_not_taken_for_a_broken_database(store: Store):
    with pytest.raises(IntegrityError), store.write() as db:
        db.execute(text("INSERT INTO counter VALUES (1, 'one')"))
