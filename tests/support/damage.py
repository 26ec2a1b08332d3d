"""A page of a database that is not what was written to it, as after a fault of the disk."""

import sqlite3
from contextlib import closing
from pathlib import Path


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
