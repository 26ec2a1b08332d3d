"""Whether anything more can be written to the disk that holds the data, and what to do if not."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.store.store import DiskFull

#: A write that fails so has no room: of the disk, of this user's share of it, of one file.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: With less a commit may fail: a few pages of the database, and what the system keeps of them.
LEAST_BYTES = 256 * 1024
#: A copy of the database leaves so much free for the mail that comes meanwhile.
SPARE_BYTES = 64 * 1000 * 1000


class NoRoomToStart(StoreUnavailable):
    """Raised when the program cannot start, because nothing can be written."""


def has_room(folder: Path) -> bool:
    """Whether a little more can be written there; a folder that is not ours to write counts as so.

    It is tried, in a file that has no name and is gone at once: what a user may still write is
    not always what the disk has left.
    """
    if shutil.disk_usage(folder).free < LEAST_BYTES:
        return False
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            # A full disk may take the beginning; only the next write says that it is full.
            return probe.write(bytes(LEAST_BYTES)) == LEAST_BYTES
    except OSError as fault:
        return fault.errno not in NO_ROOM


def missing_bytes(folder: Path, size: int) -> int:
    """How much more room a file of that size needs there; 0 when there is enough.

    Raises:
        OSError: there is no such folder.
    """
    return max(0, size + SPARE_BYTES - shutil.disk_usage(folder).free)


def how_to_make_room(folder: Path) -> str:
    """What a person can do, as a clause. Logs and backups are what may grow there."""
    logs = folder / "logs"
    first = f"old backups and the files in {logs}" if logs.is_dir() else "old backups"
    return f"delete {first} first, never the database or the key file, or give it a larger disk"


@contextmanager
def starting_in(folder: Path) -> Iterator[None]:
    """A start that fails for lack of room says where, and how room is made.

    Raises:
        NoRoomToStart: there was none.
    """
    try:
        yield
    except DiskFull as fault:
        raise _no_room(folder) from fault
    except OSError as fault:
        if fault.errno not in NO_ROOM:
            raise
        raise _no_room(Path(fault.filename).parent if fault.filename else folder) from fault


def _no_room(folder: Path) -> NoRoomToStart:
    return NoRoomToStart(
        f"The disk that holds {folder} is full, so Mailbox Admin cannot start: "
        f"{how_to_make_room(folder)}."
    )
