"""The owner's own mail as one file, made while it is sent: an mbox, or a zip of .eml files.

    messages in the order of arrival ──► bytes, a piece at a time ──► file ──► the browser

Between two pieces nothing is held open, so that a slow browser holds up nobody; and only so
many exports go on at once, because each takes a thread of the server as long as it lasts.
"""

import io
import threading
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import InvalidInput, MailboxAdminError
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.files.export_names import folder_name
from mailboxadmin.services.files.wire_form import as_in_a_file, escaped
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.to_export import Copied, count_here, next_to_export, piece_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Messages whose places are read at once.
PORTION = 500
MOST_AT_ONCE = 2
#: A zip ends with a list of all that is in it, which is kept in memory until then.
MOST_IN_ZIP = 100_000
_slots = threading.BoundedSemaphore(MOST_AT_ONCE)
_LETTERS = {"\\Answered": "A", "\\Flagged": "F", "\\Deleted": "D", "\\Draft": "T"}


class FileForm(StrEnum):
    """What the one file is."""

    MBOX = "mbox"
    ZIP = "zip"


class ExportsGoOn(MailboxAdminError):
    """Raised when as many exports go on as this process makes at once."""


class Export:
    """The bytes of the file, one piece after the other; `close` when they are sent, or not."""

    def __init__(self, deps: Deps, mailbox_id: int, form: FileForm, actor: str) -> None:
        self._deps = deps
        self._mailbox_id = mailbox_id
        self._form = form
        self._actor = actor
        self._file: _File = _Zip() if form is FileForm.ZIP else _Mbox()
        self._pieces = self._write()
        self._closed = False
        self._whole = False
        self._written = 0

    def __iter__(self) -> Iterator[bytes]:
        """Itself."""
        return self

    def __next__(self) -> bytes:
        """The next piece; after the last one it is closed."""
        try:
            return next(self._pieces)
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """Say in the log what was exported, and let another one begin."""
        if self._closed:
            return
        self._closed = True
        self._pieces.close()
        _slots.release()
        how = "" if self._whole else ", and then it was broken off"
        entry = Entry(
            code=Code.MAILBOX_EXPORTED,
            message=f"The messages were exported in the browser by {self._actor}: "
            f"{self._written} in a {self._form.value} file{how}.",
            actor=self._actor,
            mailbox_id=self._mailbox_id,
            detail={"written": self._written, "format": self._form.value, "whole": self._whole},
        )
        with self._deps.store.write() as db:
            add_entry(db, entry, self._deps.clock.now())

    def _write(self) -> Generator[bytes, None, None]:
        for message in self._messages():
            first = self._piece(message.id, 0)
            if first is None:
                continue  # On its way, or refused by the server.
            yield from self._file.add(message, self._rest(message.id, first))
            self._written += 1
        yield from self._file.end()
        self._whole = True

    def _messages(self) -> Iterator[Copied]:
        after = None
        while True:
            with self._deps.store.read() as db:
                some = next_to_export(db, self._mailbox_id, after, PORTION)
            yield from some
            if len(some) < PORTION:
                return
            after = (some[-1].arrived_at, some[-1].id)

    def _rest(self, message_id: int, first: bytes) -> Iterator[bytes]:
        piece: bytes | None = first
        number = 0
        while piece is not None:
            yield piece
            number += 1
            piece = self._piece(message_id, number)

    def _piece(self, message_id: int, number: int) -> bytes | None:
        with self._deps.store.read() as db:
            return piece_of(db, message_id, number)


def begin_export(deps: Deps, mailbox_id: int, form: FileForm, *, actor: str) -> Export:
    """An export of all that is here and on the server; whoever takes it closes it.

    Raises:
        ExportsGoOn: try again in a while.
        InvalidInput: there is too much for a zip.
    """
    with deps.store.read() as db:
        count = count_here(db, mailbox_id)
    if form is FileForm.ZIP and count > MOST_IN_ZIP:
        raise InvalidInput(
            "format",
            f"A zip holds up to {MOST_IN_ZIP:,} messages here, and you have {count:,}: "
            "take the mbox.",
        )
    if not _slots.acquire(blocking=False):
        raise ExportsGoOn("Others are exporting their mail just now; try again in a few minutes.")
    return Export(deps, mailbox_id, form, actor)


class _File(ABC):
    """A file that grows at its end only."""

    @abstractmethod
    def add(self, message: Copied, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """One message."""

    def end(self) -> Iterable[bytes]:
        """What comes after the last one."""
        return ()


class _Mbox(_File):
    """Lines end as in a file, `From ` at the beginning of one is escaped (the reversible way)."""

    def add(self, message: Copied, pieces: Iterator[bytes]) -> Iterator[bytes]:
        at = message.arrived_at.astimezone(UTC)
        yield f"From MAILER-DAEMON {at:%a %b %e %H:%M:%S %Y}\n".encode()
        letters = "".join(_LETTERS[flag] for flag in message.flags.split() if flag in _LETTERS)
        yield b"Status: RO\n" if message.seen else b"Status: O\n"
        yield f"X-Status: {letters}\n".encode() if letters else b""
        last = b""
        for piece in escaped(as_in_a_file(pieces)):
            last = piece[-1:] or last
            yield piece
        yield b"\n" if last == b"\n" else b"\n\n"


class _Zip(_File):
    """Folders as directories, a file a message, as the command line names them."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def add(self, message: Copied, pieces: Iterator[bytes]) -> Iterator[bytes]:
        name = str(message.uid) if message.uid is not None else f"id-{message.id}"
        info = zipfile.ZipInfo(
            f"{folder_name(message.folder)}/{name}.eml", _dos(message.arrived_at)
        )
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                yield self._sink.taken()
        yield self._sink.taken()

    def end(self) -> Iterable[bytes]:
        self._zip.close()
        return [self._sink.taken()]


def _dos(at: datetime) -> tuple[int, int, int, int, int, int]:
    """A time as a zip holds it, which knows none before 1980 or after 2107."""
    year = min(max(at.year, 1980), 2107)
    return (year, at.month, at.day, at.hour, at.minute, at.second)


class _Sink(io.RawIOBase):
    """Where the zip is written, and taken away from at once."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        """It is for writing only; nobody can go back in it."""
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        """Hold it."""
        self._held += data
        return len(memoryview(data))

    def taken(self) -> bytes:
        """What was written since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held
