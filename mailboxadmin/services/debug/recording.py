"""One recording of debug mode: a file in `debug/` of the instance folder, while it is written.

    first lines ──► the file, at once
    then        ──► the last ones are kept in memory, and follow at the end

So a long run leaves its beginning and its end. A recording never stands in the way of
what it records: when it cannot be written, it stops and the log says so once.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.imap.trace import Trace
from mailboxadmin.services.debug.debugging import recorded_until
from mailboxadmin.services.deps import Deps

log = logging.getLogger(__name__)

#: Of a file: so much is written as it comes, and so much of the end.
HEAD_BYTES = 700_000
TAIL_BYTES = 250_000
#: A whole file is never larger: head, tail, a line more of each, what is said about the cut.
LARGEST_FILE_BYTES = 1_000_000
#: Of all files; the oldest make room.
LARGEST_FOLDER_BYTES = 50_000_000
#: How often a recording looks whether it was switched off.
_LOOK_EVERY_S = 1.0


def folder_of(instance: Path) -> Path:
    """Where the recordings are."""
    return instance / "debug"


@contextmanager
def recorded(
    deps: Deps, mailbox_id: int, what: str, until: datetime | None
) -> Iterator[Trace | None]:
    """A trace for the block, when the mailbox is recorded; else None.

    Args:
        what: `run-57`, `check-5`, `token-1`: the end of the file's name.
        until: when recording ends, as the store said; None: it is not on.
    """
    recording = Recording.begin(deps, mailbox_id, what, until) if until else None
    if recording is None:
        yield None
        return
    trace = Trace(recording.write)
    try:
        yield trace
    except Exception as fault:
        phase = fault.facts.phase if isinstance(fault, MailFailure) else Phase.LOCAL
        trace.raw(fault, phase)
        raise
    finally:
        recording.end()


class Recording:
    """A file that is being written, from any thread."""

    def __init__(self, deps: Deps, mailbox_id: int, file: Path, until: datetime) -> None:
        """Open a new file.

        Raises:
            OSError: it is there already, or cannot be made.
        """
        self.file = file
        self._deps = deps
        self._mailbox_id = mailbox_id
        self._until = until
        self._change = threading.Lock()
        self._look_at = time.monotonic() + _LOOK_EVERY_S
        self._size = 0
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._left_out = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._fd = os.open(file, flags, 0o600)

    @classmethod
    def begin(cls, deps: Deps, mailbox_id: int, what: str, until: datetime) -> "Recording | None":
        """A new recording; None when it cannot be written, which the log says."""
        now = deps.clock.now()
        name = f"{mailbox_id}-{now:%Y%m%d-%H%M%S}-{what}"
        try:
            folder = folder_of(deps.instance)
            folder.mkdir(mode=0o700, exist_ok=True)
            make_room(folder)
            recording = cls(deps, mailbox_id, _free_name(folder, name), until)
        except OSError as fault:
            log.warning("the dialogue of mailbox %s is not recorded: %s", mailbox_id, fault)
            return None
        recording.write(f"# Mailbox {mailbox_id}, {what.replace('-', ' ')}, {rfc3339(now)}")
        recording.write("# C: what Mailbox Admin said, S: the mail server; ! where it was refused.")
        recording.write("# Secrets are masked; contents of messages are cut.")
        return recording

    def write(self, line: str) -> None:
        """One more line, unless it is over."""
        data = f"{line}\n".encode("utf-8", "backslashreplace")
        with self._change:
            if self._fd < 0 or self._is_over():
                return
            if self._size + len(data) <= HEAD_BYTES and not self._tail:
                self._put(data)
            else:
                self._keep(data)

    def end(self) -> None:
        """Write the end of a long one, and close."""
        with self._change:
            self._finish()

    def _finish(self) -> None:
        if self._left_out:
            self._put(f"# … {self._left_out} lines were left out here …\n".encode())
        while self._tail and self._fd >= 0:
            self._put(self._tail.popleft())
        self._close()

    def _is_over(self) -> bool:
        """Whether its time has come, or somebody switched it off, in whichever process."""
        now = self._deps.clock.now()
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK_EVERY_S
            self._until = recorded_until(self._deps, self._mailbox_id) or now
        if now < self._until:
            return False
        self._put(b"# Debug mode has ended here; what followed is not recorded.\n")
        self._finish()
        return True

    def _keep(self, data: bytes) -> None:
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size > TAIL_BYTES:
            self._tail_size -= len(self._tail.popleft())
            self._left_out += 1

    def _put(self, data: bytes) -> None:
        if self._fd < 0:
            return
        try:
            written = os.write(self._fd, data)
            self._size += written
            if written < len(data):
                raise OSError("no room for the whole line")
        except OSError as fault:
            log.warning("the recording %s ends early: %s", self.file.name, fault)
            self._tail.clear()
            self._close()

    def _close(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                os.close(self._fd)
        self._fd = -1


def _free_name(folder: Path, name: str) -> Path:
    """A name that no file has: two tests may begin in one second.

    Raises:
        OSError: there is none.
    """
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    files = (folder / f"{each}.txt" for each in names)
    free = next((file for file in files if not file.exists()), None)
    if free is None:
        raise OSError("too many recordings in one second")
    return free


def make_room(folder: Path, limit: int = LARGEST_FOLDER_BYTES) -> None:
    """Delete the oldest recordings until there is room for one more.

    Raises:
        OSError: the folder cannot be read, or a file cannot be deleted.
    """
    files = []
    for file in folder.glob("*.txt"):
        with suppress(FileNotFoundError):
            seen = file.stat()
            files.append((seen.st_mtime, seen.st_size, file))
    total = sum(size for _, size, _ in files) + LARGEST_FILE_BYTES
    for _, size, file in sorted(files):
        if total <= limit:
            return
        file.unlink(missing_ok=True)
        total -= size
