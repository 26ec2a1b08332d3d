"""What both full-text indexes need of SQLite's FTS5.

Words of deleted rows leave the file; and an index that is damaged is found and emptied. FTS5
checks an index only while it holds the lock of who writes, for seconds in an office with much
mail, so that is asked of a copy of the database.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from mailboxadmin.store.backup import translated

#: The tables in which FTS5 keeps an index without a copy of the text (FTS5, 9).
_PARTS = ("data", "idx", "docsize", "config")


def merge(db: Session, table: str, pages: int, *, begin: bool = False) -> bool:
    """Do some of the work by which the words of deleted rows leave the file; False: done.

    Args:
        table: the index.
        begin: of a round; FTS5 then takes up all its parts, however few they are.
    """
    before = _changes(db)
    work = -pages if begin else pages
    db.execute(text(f"INSERT INTO {table}({table}, rank) VALUES ('merge', :n)"), {"n": work})
    # As SQLite's documentation says: less than two changes mean that there was nothing to do.
    return _changes(db) - before >= 2


def damaged_in(copy: Path) -> Mapping[str, str]:
    """The indexes of a copy that nobody uses which are damaged, and what SQLite says of each.

    Raises:
        StoreUnavailable: the copy cannot be read at all.
        OSError: it cannot be written; a check asks for the right to.
    """
    address = f"{copy.absolute().as_uri()}?mode=rw"
    with translated(), closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute(
            "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%'"
        )
        said = {name: _said_of(database, name) for (name,) in found.fetchall()}
        database.rollback()
    return {name: reason for name, reason in said.items() if reason}


def _said_of(database: sqlite3.Connection, table: str) -> str:
    try:
        database.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as fault:
        if getattr(fault, "sqlite_errorcode", 0) != sqlite3.SQLITE_CORRUPT_VTAB:
            raise
        return str(fault)
    return ""


def empty(db: Session, table: str, create: str) -> None:
    """Take all words out of an index, whatever is in its file.

    Args:
        create: the statement that made it.
    """
    # What it cannot even be opened with is replaced by what a new one has.
    fresh = create.replace(f"CREATE VIRTUAL TABLE {table}", "CREATE VIRTUAL TABLE temp.fresh", 1)
    db.execute(text(fresh))
    for part in _PARTS:
        db.execute(text(f"DELETE FROM main.{table}_{part}"))
        db.execute(text(f"INSERT INTO main.{table}_{part} SELECT * FROM temp.fresh_{part}"))
    db.execute(text("DROP TABLE temp.fresh"))
    # By its own command it also forgets what it holds in memory.
    db.execute(text(f"INSERT INTO {table}({table}) VALUES ('delete-all')"))


def _changes(db: Session) -> int:
    return int(db.execute(text("SELECT total_changes()")).scalar_one())
