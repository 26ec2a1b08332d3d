"""Deleting so that nothing is left in the file. What SQLite deletes it only forgets.

A row that is deleted while `overwriting` is overwritten where it stood. But rows that were
moved from page to page left copies behind in the room between rows; only a file that is
written anew has none of those (`write_anew`). And the WAL has pages as they were, until it
is cut back (`cut_log_back`).
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import SQLITE_INTERRUPT, Connection, OperationalError

from sqlalchemy import text
from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.store.store import BUSY_TIMEOUT_S, Store

#: How long readers and other processes are waited for, in one try, and how many tries there are.
TRY_S, TRIES = 1, 30
#: While others use the instance, they wait for the file to be written anew: reading it may take
#: so long, and writing takes about as long again.
OTHERS_WAIT_S = 6.0
#: Instructions of SQLite's between two looks at the clock.
LOOK_EVERY = 10_000


class TookTooLong(StoreUnavailable):
    """Raised when others would have had to wait for too long."""

    def __init__(self) -> None:
        super().__init__("The database is large, and others use it: they would have to wait.")


@contextmanager
def overwriting(db: Session) -> Iterator[None]:
    """What is deleted in the block is overwritten in the file."""
    before = db.execute(text("PRAGMA secure_delete")).scalar_one()
    db.execute(text("PRAGMA secure_delete = ON"))
    try:
        yield
    finally:
        db.execute(text(f"PRAGMA secure_delete = {int(before)}"))


def write_anew(store: Store, *, within_s: float | None) -> None:
    """Write the whole file anew; it needs the room of two more of them meanwhile.

    Nobody else writes as long as it lasts. Given up, the file is as it was.

    Args:
        within_s: give up when what there is has not been read by then; None: never.

    Raises:
        TookTooLong: it was given up.
        StoreUnavailable: another process wrote, or there is no room.
    """
    with store.alone() as connection, _ending(connection, within_s):
        connection.execute("VACUUM")


@contextmanager
def _ending(connection: Connection, within_s: float | None) -> Iterator[None]:
    end = math.inf if within_s is None else time.monotonic() + within_s
    connection.set_progress_handler(lambda: time.monotonic() > end, LOOK_EVERY)
    try:
        yield
    except OperationalError as fault:
        if fault.sqlite_errorcode == SQLITE_INTERRUPT:
            raise TookTooLong from fault
        raise
    finally:
        connection.set_progress_handler(None, 0)


def cut_log_back(store: Store) -> bool:
    """Bring what is in the WAL into the file, and cut it to nothing; False: somebody still reads.

    Raises:
        StoreUnavailable: the file cannot be written.
    """
    for _ in range(TRIES):
        with store.alone() as connection:
            connection.execute(f"PRAGMA busy_timeout = {TRY_S * 1000}")
            [busy, *_] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
        if not busy:
            return True
    return False


def leave_nothing(store: Store, *, within_s: float | None) -> str:
    """Have nothing of what was deleted or replaced left in the files; why not, empty when so.

    Args:
        within_s: as `write_anew` has it.

    Raises:
        StoreUnavailable: the WAL cannot be brought into the file.
    """
    why = ""
    try:
        write_anew(store, within_s=within_s)
    except StoreUnavailable as fault:
        why = str(fault).rstrip(".")
    if not cut_log_back(store):
        why = why or "Somebody reads an older state of it still"
    return why
