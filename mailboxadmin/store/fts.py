"""What both full-text indexes need of SQLite's FTS5: words of deleted rows leave the file."""

from sqlalchemy import text
from sqlalchemy.orm import Session


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


def _changes(db: Session) -> int:
    return int(db.execute(text("SELECT total_changes()")).scalar_one())
