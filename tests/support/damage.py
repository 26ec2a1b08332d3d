"""A page of a database that is not what was written to it, as after a fault of the disk."""

import sqlite3
from contextlib import closing
from pathlib import Path


def spoil_index(database: Path, index: str, *, beyond_opening: bool = False) -> None:
    """Overwrite the words of an index for searching; also what SQLite opens it with, if so wanted.

    The pages of the file stay as sound as before.
    """
    with closing(sqlite3.connect(database)) as opened, opened:
        # The first of them, up to 10, say which others there are (FTS5, %_data).
        words = "1" if beyond_opening else "id > 10"
        opened.execute(f"UPDATE {index}_data SET block = randomblob(length(block)) WHERE {words}")
        if beyond_opening:
            opened.execute(f"UPDATE {index}_config SET v = 99")


def spoil_page(database: Path, table: str, *, index: bool = False) -> None:
    """Overwrite the first page of a table, or of one of its indexes; nobody may have it open.

    Whoever wrote to it last has to have put the log into the file before.
    """
    kind = "index" if index else "table"
    with closing(sqlite3.connect(database)) as opened:
        [size] = opened.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_schema WHERE tbl_name = ? AND type = ?"
        [page, *_] = opened.execute(f"{query} ORDER BY name", (table, kind)).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
