"""A copy is of one moment, ends however much is written meanwhile, and is read back."""

import errno
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailboxadmin.store import backup as module
from mailboxadmin.store.backup import CopyStopped, check_copy, copy_database, fault_in
from mailboxadmin.store.store import Damaged
from tests.support.damage import spoil_page
from tests.support.full_disk import no_file_grows

LETTERS = 400


@pytest.fixture
def source(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database in use, of some hundred pages."""
    with closing(sqlite3.connect(tmp_path / "office.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE letters (id INTEGER PRIMARY KEY, raw BLOB)")
        database.execute("CREATE TABLE counts (letters INTEGER)")
        database.execute("INSERT INTO counts VALUES (0)")
        for _ in range(LETTERS):
            write(database)
        yield database


@pytest.fixture
def copy(source: sqlite3.Connection, tmp_path: Path) -> Callable[..., Path]:
    def copy_(**options: Callable[[], bool]) -> Path:
        target = tmp_path / "copy.db"
        copy_database(tmp_path / "office.db", target, **options)
        return target

    return copy_


def write(database: sqlite3.Connection) -> None:
    """Two tables that are right only together."""
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO letters (raw) VALUES (randomblob(3000))")
    database.execute("UPDATE counts SET letters = letters + 1")
    database.execute("COMMIT")


def counted(file: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(file)) as database:
        [letters] = database.execute("SELECT count(*) FROM letters").fetchone()
        [said] = database.execute("SELECT letters FROM counts").fetchone()
    return letters, said


def test_it_ends_and_is_of_one_moment_though_something_is_written_at_every_step(
    source: sqlite3.Connection, copy: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "STEP_PAGES", 10)
    steps = itertools.count(1)

    def write_at_every_step() -> bool:
        write(source)
        assert next(steps) < 1000
        return False

    file = copy(stop=write_at_every_step)

    assert next(steps) > 20
    assert counted(file) == (LETTERS, LETTERS)
    assert check_copy(file) == ""


def test_a_stop_in_the_middle_is_heard(copy: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "STEP_PAGES", 10)
    asked = itertools.count(1)

    with pytest.raises(CopyStopped):
        copy(stop=lambda: next(asked) > 3)


def test_a_stop_while_it_is_read_back_is_heard(
    copy: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "STEP_READING", 10)
    monkeypatch.setattr(module, "_stopping", lambda _stop: None)
    written: list[bool] = []
    monkeypatch.setattr(module, "_forget_what_is_in_memory", lambda _file: written.append(True))

    with pytest.raises(CopyStopped):
        copy(stop=lambda: bool(written))

    assert written


def test_a_page_that_is_damaged_in_the_database_makes_no_copy(
    source: sqlite3.Connection, copy: Callable[..., Path], tmp_path: Path
):
    source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil_page(tmp_path / "office.db", "letters")

    with pytest.raises(Damaged):
        copy()


@pytest.mark.parametrize(
    ("verdicts", "fault"),
    [
        (["ok"], ""),
        # As SQLite says it from 3.44 on.
        (["malformed inverted index for FTS5 table main.mail_search"], ""),
        (["malformed inverted index for FTS5 table main.mail_search", "row 3 missing"], "row 3 mi"),
    ],
)
def test_an_index_for_searching_that_is_damaged_spoils_no_copy(verdicts: list[str], fault: str):
    found = module._of_the_rows((each,) for each in verdicts)

    assert found.startswith(fault) and bool(found) is bool(fault)


def test_a_disk_that_gives_back_something_else_is_said_to_and_not_the_database(
    copy: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    def spoil(file: Path) -> None:
        spoil_page(file, "letters")

    monkeypatch.setattr(module, "_forget_what_is_in_memory", spoil)

    with pytest.raises(OSError, match="does not give back") as refused:
        copy()

    assert refused.value.errno == errno.EIO


def test_rows_that_are_missing_in_a_copy_are_found(source: sqlite3.Connection):
    assert fault_in(source, {"letters": LETTERS, "counts": 1}) == ""

    fault = fault_in(source, {"letters": LETTERS + 1, "counts": 1})

    assert fault == "the table letters has another number of rows"


def test_a_disk_that_is_full_is_an_error_of_the_target(copy: Callable[..., Path]):
    with no_file_grows(), pytest.raises(OSError, match=r"No space|Input/output"):
        copy()


@pytest.mark.parametrize("content", [b"", b"A letter.", b"SQLite format 3\x00" + bytes(500)])
def test_what_is_no_copy_has_a_fault(tmp_path: Path, content: bytes):
    file = tmp_path / "copy.db"
    file.write_bytes(content)

    assert check_copy(file)
