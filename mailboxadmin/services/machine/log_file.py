"""The program's own log, `logs/mailboxadmin.log` in the instance folder.

For who runs the program: faults of ours with their traceback, and what the libraries
complain about. Several processes write to it, so none of them renames it while it
writes: each notices that the file was moved away and opens it anew, and the hourly
job moves it.
"""

import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path

#: The file is moved away when it is larger.
LARGEST_BYTES = 5 * 1024 * 1024
KEPT_FILES = 4
FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
#: These say at INFO what they do all day; imapclient would say what goes over the wire.
QUIET = ("alembic", "apscheduler", "imapclient", "waitress", "sqlalchemy")


def log_file(instance: Path) -> Path:
    """Where the log is."""
    return instance / "logs" / "mailboxadmin.log"


def write_log(instance: Path) -> None:
    """From now on this process writes its log to that instance, and to no other.

    Raises:
        OSError: the file cannot be opened.
    """
    file = log_file(instance)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    handler = _PrivateFile(file, encoding="utf-8")
    handler.setFormatter(logging.Formatter(FORMAT))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _PrivateFile)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def is_written() -> bool:
    """True when this process writes its log to some instance."""
    return any(isinstance(each, _PrivateFile) for each in logging.getLogger().handlers)


def rotate_log(instance: Path) -> None:
    """Move the file away when it is large, and forget the oldest.

    Raises:
        OSError: a file cannot be renamed.
    """
    file = log_file(instance)
    if not file.exists() or file.stat().st_size <= LARGEST_BYTES:
        return
    for number in range(KEPT_FILES - 1, 0, -1):
        older = file.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(file.with_suffix(f".log.{number + 1}"))
    file.replace(file.with_suffix(".log.1"))


def forget_log(instance: Path) -> None:
    """Delete the log, with what was moved away before; whoever writes begins a new one.

    Raises:
        OSError: a file cannot be deleted.
    """
    file = log_file(instance)
    for each in (file, *file.parent.glob(f"{file.name}.*")):
        each.unlink(missing_ok=True)


class _PrivateFile(WatchedFileHandler):
    """Readable by this user only: a traceback may quote an address."""

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written stops nothing: what was to be said is in the activity."""
        # On a full disk each line would else print a traceback to whoever called us.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)
