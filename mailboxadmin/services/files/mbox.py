"""Reading an mbox: many messages in one file, each after a line that begins with `From `.

    From ann@example.org Mon Jan  8 08:00:00 2024    a separator: who and when
    Subject: Lunch?                                  the message
    Status: RO                                       a note of the mail program's own

    >From here it is an hour.                        escaped, because it begins with `From `
                                                     an empty line, which is no part of it
    From bob@example.org Mon Jan  8 09:30:00 2024

There is no standard that all keep to (RFC 4155, appendix A, calls it loose). A line is
taken for a separator when it names a date and an empty line is before it or a header
after it; a Content-Length that leads to a separator or to the end is believed, and what
it spans is not escaped. The file is read in pieces and nothing of it is kept.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO

from mailboxadmin.domain.headers import HEADER_BYTES
from mailboxadmin.services.files.mbox_notes import flags_noted, without_notes
from mailboxadmin.services.files.wire_form import as_on_the_wire, unescaped

PIECE_BYTES = 256 * 1024
#: A longer line is text.
LONGEST_SEPARATOR = 1000

_MARK = b"\nFrom "
_DATE = re.compile(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_BLANK_LINE = re.compile(rb"\A\r?\n|\n\r?\n")
_CONTENT_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.I | re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a message lies in the file; positions are bytes from its start."""

    start: int
    #: Where the body begins; `start` when the end of the header is not in sight.
    body: int
    stop: int
    #: Its length was given, so its body is as it was.
    verbatim: bool
    #: Of the separator; None when it names no date.
    arrived_at: datetime | None
    #: As IMAP writes them.
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Separator:
    start: int
    stop: int
    at: datetime | None


class Mbox:
    """An open mbox file, which may grow meanwhile: what is added is not looked at."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file.fileno()
        self.size = os.fstat(self._file).st_size

    def spans(self) -> Iterator[Span]:
        """The messages in their order."""
        separators = self._separators()
        here = next(separators, None)
        while here is not None:
            body = self._body(here.stop)
            given = self._given_end(here.stop, body)
            least = here.stop if given is None else given
            there = next((each for each in separators if each.start >= least), None)
            yield self._span(here, body, given, self.size if there is None else there.start)
            here = there

    def _span(self, separator: _Separator, body: int, given: int | None, limit: int) -> Span:
        start = separator.stop
        # Nothing may fall between two messages, whatever a length says.
        exact = given is not None and self._is_empty(given, limit)
        stop = given if given is not None and exact else self._without_blank_line(start, limit)
        body = min(body, stop)
        return Span(
            start=start,
            body=body,
            stop=stop,
            verbatim=exact,
            arrived_at=separator.at,
            flags=flags_noted(self._read(start, body)),
        )

    def pieces(self, span: Span) -> Iterator[bytes]:
        """The bytes of a message as a server would hold them."""
        return as_on_the_wire(self._content(span))

    def _content(self, span: Span) -> Iterator[bytes]:
        yield without_notes(self._read(span.start, span.body))
        body = self._in_pieces(span.body, span.stop)
        yield from body if span.verbatim else unescaped(body)

    def _separators(self) -> Iterator[_Separator]:
        dated = True
        for number, start in enumerate(self._lines_with_from()):
            found, weight = self._look_at(start)
            if number == 0:
                dated = found.at is not None
            elif (found.at is None and dated) or weight < 2:
                continue
            yield found

    def _look_at(self, start: int) -> tuple[_Separator, int]:
        """The line as a separator, and how many of date, empty line and header speak for it."""
        text = self._read(start, min(start + 2 * LONGEST_SEPARATOR, self.size))
        line, _, following = text.partition(b"\n")
        at = _date(line) if len(line) <= LONGEST_SEPARATOR else None
        before = self._read(max(start - 3, 0), start)
        blank = before.endswith((b"\n\n", b"\n\r\n"))
        stop = min(start + len(line) + 1, self.size)
        weight = (at is not None) + blank + bool(_HEADER.match(following))
        return _Separator(start, stop, at), weight

    def _lines_with_from(self) -> Iterator[int]:
        """Where lines begin with `From `."""
        if self._read(0, len(_MARK) - 1) == _MARK[1:]:
            yield 0
        start = 0
        while start < self.size:
            piece = self._read(start, min(start + PIECE_BYTES, self.size))
            place = piece.find(_MARK)
            while place >= 0:
                yield start + place + 1
                place = piece.find(_MARK, place + 1)
            # The end of a piece may hold the beginning of a mark.
            start += max(PIECE_BYTES - len(_MARK) + 1, 1)

    def _body(self, start: int) -> int:
        head = self._read(start, min(start + HEADER_BYTES, self.size))
        blank = _BLANK_LINE.search(head)
        if blank is not None:
            return start + blank.end()
        return start if len(head) == HEADER_BYTES else self.size

    def _given_end(self, start: int, body: int) -> int | None:
        """Where the message ends by its Content-Length; None when that leads nowhere."""
        given = _CONTENT_LENGTH.search(self._read(start, body))
        if given is None:
            return None
        end = body + int(given[1])
        if end > self.size:
            return None
        around = self._read(end - 1, min(end + 1 + len(_MARK), self.size))
        leads_on = around.startswith(_MARK) or around[1:].removeprefix(b"\r").startswith(_MARK)
        return end if leads_on or not around[1:].strip(b"\r\n") else None

    def _without_blank_line(self, start: int, stop: int) -> int:
        """Where the message ends when the empty line before the next separator is left out."""
        end = b"\n" + self._read(max(start, stop - 3), stop)
        if end.endswith(b"\n\r\n"):
            return stop - 2
        return stop - 1 if end.endswith(b"\n\n") else stop

    def _is_empty(self, start: int, stop: int) -> bool:
        return stop - start < LONGEST_SEPARATOR and not self._read(start, stop).strip(b"\r\n")

    def _in_pieces(self, start: int, stop: int) -> Iterator[bytes]:
        for here in range(start, stop, PIECE_BYTES):
            yield self._read(here, min(here + PIECE_BYTES, stop))

    def _read(self, start: int, stop: int) -> bytes:
        return os.pread(self._file, max(stop - start, 0), start)


def _date(separator: bytes) -> datetime | None:
    """When the message came, by the line before it; local times are taken for UTC."""
    found = _DATE.search(separator)
    if found is None:
        return None
    try:
        at = parsedate_to_datetime(found[0].decode("latin-1"))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None  # Text that only looks like one.
