"""A file that is said to be a backup: what our migrations make is taken, and nothing else."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mailboxadmin.store.restore import NotOurs, bring_in, schema_of
from mailboxadmin.store.schema import KNOWN, NewerDatabase
from mailboxadmin.store.store import Damaged
from tests.support.damage import spoil_page

#: Would be run by whoever reads, writes or checks the table in whose place, or on which, it is.
STRANGE = {
    "a view in place of a table": (
        "DROP TABLE notices",
        "CREATE VIEW notices AS SELECT load_extension('/tmp/evil') AS uid",
    ),
    "a view in place of the version": (
        "DROP TABLE alembic_version",
        "CREATE VIEW alembic_version AS SELECT load_extension('/tmp/evil') AS version_num",
    ),
    "a version that is computed": (
        "DROP TABLE alembic_version",
        "CREATE TABLE alembic_version (version_num AS (upper('0009')), x)",
    ),
    "a trigger": (
        "CREATE TRIGGER promote AFTER INSERT ON messages BEGIN "
        "UPDATE staff SET role = 'admin' WHERE email = 'eve@example.org'; END",
    ),
    "a trigger of ours that does something else": (
        "DROP TRIGGER messages_counted_delete",
        "CREATE TRIGGER messages_counted_delete AFTER DELETE ON messages BEGIN "
        "UPDATE staff SET role = 'admin'; END",
    ),
    "a virtual table": ("CREATE VIRTUAL TABLE extra USING fts5(words)",),
    "an index over an expression": ("CREATE INDEX extra ON staff (upper(email))",),
    "a table with a check": ("CREATE TABLE extra (n CHECK (n > abs(-1)))",),
    "a table without one of ours": ("DROP TABLE notices",),
    "two versions": ("INSERT INTO alembic_version VALUES ('0001')",),
}


@pytest.fixture
def file(empty_instance: Path, tmp_path: Path) -> Path:
    """A backup of an office with nobody in it."""
    return Path(shutil.copy(empty_instance / "mailboxadmin.db", tmp_path / "office.backup"))


@pytest.fixture
def bring(file: Path, tmp_path: Path) -> Callable[[], Path]:
    def bring_() -> Path:
        part = tmp_path / "part.db"
        bring_in(file, part)
        return part

    return bring_


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for each in statements:
            database.execute(each)


def test_what_we_made_is_taken_and_is_one_private_file(bring: Callable[[], Path], file: Path):
    before = file.read_bytes()

    part = bring()

    assert part.stat().st_mode & 0o777 == 0o600
    assert not part.with_name("part.db-wal").exists()
    assert file.read_bytes() == before
    assert sorted(each.name for each in file.parent.iterdir()) == ["office.backup", "part.db"]


@pytest.mark.parametrize("statements", STRANGE.values(), ids=STRANGE)
def test_what_is_not_ours_is_refused(
    bring: Callable[[], Path], file: Path, statements: tuple[str, ...]
):
    change(file, *statements)

    with pytest.raises(NotOurs):
        bring()


def test_figures_of_the_planner_are_nobody_s_work(bring: Callable[[], Path], file: Path):
    change(file, "ANALYZE")

    bring()


def test_a_newer_version_is_named(bring: Callable[[], Path], file: Path):
    change(file, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(NewerDatabase, match="9999"):
        bring()


@pytest.mark.parametrize("index", [False, True])
def test_a_damaged_page_is_found(bring: Callable[[], Path], file: Path, index: bool):
    change(file, "PRAGMA journal_mode = DELETE")
    spoil_page(file, "activity", index=index)

    with pytest.raises(Damaged):
        bring()


def test_a_copy_of_a_database_in_use_is_taken_with_its_log(
    bring: Callable[[], Path], file: Path, tmp_path: Path
):
    live = tmp_path / "live.db"
    shutil.copy(file, live)
    with closing(sqlite3.connect(live, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO settings VALUES ('help_contact', 'Grace')")
        for name in ("live.db", "live.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / name.replace("live.db", "office.backup"))

    part = bring()

    with closing(sqlite3.connect(part)) as database:
        assert database.execute("SELECT value FROM settings").fetchall() == [("Grace",)]


@pytest.mark.parametrize("revision", KNOWN)
def test_the_tables_of_every_version_are_known(revision: str):
    made = schema_of(revision)

    assert {"alembic_version", "mailboxes", "activity"} <= set(made)
    assert {kind for kind, _ in made.values()} <= {"table", "index", "trigger"}
