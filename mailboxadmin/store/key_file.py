"""The file of the keys: one a line, the newest first; usually there is one.

    one key ──put_before──► new, old ──keep_newest──► the new one

Every change is a new file that takes the old one's name, whole or not at all. In between
both keys open what they sealed, so that a change that was cut off closes nothing.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

#: Which file lies there: another one has another inode, or another time.
Stamp = tuple[int, int, int]
#: A change of the file.
Change = Callable[[Path], None]


def read_or_make_keys(path: Path) -> tuple[str, ...]:
    """The keys in the file, which is made with mode 0600 when it is missing.

    Raises:
        OSError: the file cannot be read or made.
    """
    if not path.exists():
        # Of two processes the first one wins.
        part = _written(path, [Fernet.generate_key().decode()])
        try:
            with suppress(FileExistsError):
                os.link(part, path)
        finally:
            part.unlink()
    return read_keys(path)


def read_keys(path: Path) -> tuple[str, ...]:
    """What stands in the file, not looked at more closely.

    Raises:
        OSError: it cannot be read.
    """
    return tuple(path.read_text(encoding="ascii", errors="replace").replace(",", " ").split())


def put_before(path: Path) -> None:
    """Put a new key before those that are there.

    Raises:
        OSError: the file cannot be read or written; it is as it was.
    """
    _replace(path, [Fernet.generate_key().decode(), *read_keys(path)])


def keep_newest(path: Path) -> None:
    """Keep the first key only.

    Raises:
        OSError: the file cannot be read or written; it is as it was.
    """
    _replace(path, read_keys(path)[:1])


def stamp_of(path: Path) -> Stamp | None:
    """Changes with the file; None while it cannot be looked at."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def _replace(path: Path, keys: Sequence[str]) -> None:
    # What a link leads to, and not the link.
    path = path.resolve()
    part = _written(path, keys)
    try:
        owner = path.stat()
        # Whoever rotates may be another than who serves.
        os.chown(part, owner.st_uid, owner.st_gid)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _settle(path.parent)
    for left in path.parent.glob(f".{path.name}.*"):
        # Of a change that was killed.
        left.unlink(missing_ok=True)


def _written(path: Path, keys: Sequence[str]) -> Path:
    """A file beside it, for this user only, with these keys, safely on the disk."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{key}\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        part.unlink()
        raise
    return part


def _settle(folder: Path) -> None:
    """Have the name on the disk before anything is sealed with what it names."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
