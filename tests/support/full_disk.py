"""A disk that is full, for this process: no file grows beyond a few pages."""

import resource
import shutil
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

#: Less than any write that is tried; the database is larger.
ROOM_BYTES = 64 * 1024
_Usage = namedtuple("_Usage", "total used free")


@contextmanager
def no_file_grows() -> Iterator[None]:
    """Writes fail as on a full disk while the block runs (Python ignores SIGXFSZ)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def leave_free(patch: pytest.MonkeyPatch, free: int) -> None:
    """Have the machine say that so many bytes are free."""
    patch.setattr(shutil, "disk_usage", lambda _path: _Usage(10**10, 10**10 - free, free))
