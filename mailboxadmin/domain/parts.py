"""Where the parts of a message lie (RFC 2046), found in one pass however they are nested.

The parser of the standard library goes line by line, which costs most where nobody
looks, in attachments; and it goes as deep as the message does, until its stack is full.
So the lines that may part something are searched for here, and a list of the boundaries
that are open tells what each of them parts. What the fields of a part mean is the
library's to say.

    header ─┬─ it is one part ─► the message's end ends it
            └─ it has several ─► before the first
                                     │
        ┌─────── --boundary ◄────────┤  of any part that is open: what is inside it ends there
        ▼                            │
    header ─┬─ it is one part ──────►│
            └─ it has several ──────►└─► --boundary-- ─► behind the last
"""

import re
from dataclasses import dataclass

from mailboxadmin.domain.part_header import PartHeader, part_header

#: More parts than this are not listed.
PARTS = 1000
#: Parts that hold parts, the empty ones among them, count for this.
BEGINNINGS = 10_000
#: A part with a longer header has none.
HEADER_BYTES = 64 * 1024
#: RFC 2046 allows 70; more is tolerated.
BOUNDARY_BYTES = 250
#: Lines that begin like a boundary and are none; no mail has so many.
STRAY_LINES = 500_000

_EMPTY_LINES = (b"\n", b"\r\n")
_FIRST_LINE = re.compile(rb"[!-9;-~]+[ \t]*:|From |[ \t]+\S")
_NO_FIELD = re.compile(rb"\n(?![!-9;-~]+[ \t]*:|[ \t])")

UNPARTED = "It says that it has parts, but nothing shows where they begin."
TOO_MANY = f"It has more than {PARTS:,} parts; the others are not listed."
STRAY = "It is full of lines that look as if they parted something."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that holds no others."""

    #: From 1, in the order in which they stand in the message.
    number: int
    header: PartHeader
    #: Where its body begins in the message, and where it ends.
    start: int
    end: int
    #: The multipart/alternative that it stands in, by a number; 0 when in none.
    choice: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a message, as far as they could be told apart."""

    parts: tuple[Part, ...]
    problem: str | None


def read_parts(raw: bytes) -> Parts:
    """The parts of a message; what could not be told apart is named in `problem`."""
    reading = _Reading(raw)
    reading.read()
    return Parts(parts=tuple(reading.parts), problem=reading.problem)


@dataclass(slots=True)
class _Level:
    """A part that holds others and has not ended."""

    header: PartHeader
    start: int
    #: The level of the same boundary that this one hides.
    hidden: int | None
    #: The innermost multipart/alternative around it, this one among them; 0 for none.
    choice: int
    empty: bool = True

    @property
    def default(self) -> str:
        return "message/rfc822" if self.header.media_type == "multipart/digest" else "text/plain"


class _Reading:
    """One pass over a message."""

    def __init__(self, raw: bytes) -> None:
        self.parts: list[Part] = []
        self.problem: str | None = None
        self._raw = raw
        self._levels: list[_Level] = []
        self._choices = 0
        self._level_of: dict[bytes, int] = {}
        #: The part that is being read, and where its body begins.
        self._open: tuple[PartHeader, int] | None = None

    def read(self) -> None:
        """Find all parts."""
        body = _body_of_message(self._raw)
        self._begin(part_header(self._raw[:body]), body)
        self._follow(max(body - 1, 0))
        self._end(len(self._raw))
        self._leave(0)
        if not self.parts and self.problem:
            # Better all of it than nothing.
            self._open = (part_header(b""), body)
            self._end(len(self._raw))

    def _follow(self, position: int) -> None:
        """Go from one boundary to the next, until all is closed."""
        stray = begun = 0
        while self._levels and (at := self._raw.find(b"\n--", position)) >= 0:
            level, closes, after = self._boundary(at)
            if level is None:
                position, stray = at + 3, stray + 1
                if stray > STRAY_LINES:
                    self.problem = STRAY
                    return
                continue
            self._end(at)
            self._leave(level if closes else level + 1)
            position = after - 1
            if not closes:
                if len(self.parts) >= PARTS or begun >= BEGINNINGS:
                    self.problem = TOO_MANY
                    return
                begun += 1
                position = self._next_part(self._levels[level], after) - 1

    def _boundary(self, at: int) -> tuple[int | None, bool, int]:
        """Which level's boundary stands there, whether it closes it, where the next line begins."""
        start = at + 3
        longest = min(start + BOUNDARY_BYTES, len(self._raw))
        after = self._raw.find(b"\n", start, longest) + 1 or longest
        line = self._raw[start:after].rstrip()
        level = self._level_of.get(line)
        if level is None and line.endswith(b"--"):
            return self._level_of.get(line[:-2]), True, after
        return level, False, after

    def _next_part(self, level: _Level, start: int) -> int:
        level.empty = False
        body = _body_of_part(self._raw, start)
        self._begin(part_header(self._raw[start:body], level.default), body)
        return body

    def _begin(self, header: PartHeader, body: int) -> None:
        if not header.media_type.startswith("multipart/"):
            self._open = (header, body)
            return
        hidden = self._level_of.get(header.boundary)
        choice = self._levels[-1].choice if self._levels else 0
        if header.media_type == "multipart/alternative":
            self._choices = choice = self._choices + 1
        self._levels.append(_Level(header=header, start=body, hidden=hidden, choice=choice))
        if header.boundary:
            self._level_of[header.boundary] = len(self._levels) - 1

    def _end(self, at: int) -> None:
        """The part that is being read ends there."""
        if self._open is None:
            return
        (header, start), self._open = self._open, None
        if self._raw.startswith(b"\r\n", at - 1):
            at -= 1
        number = len(self.parts) + 1
        choice = self._levels[-1].choice if self._levels else 0
        self.parts.append(
            Part(number=number, header=header, start=start, end=max(start, at), choice=choice)
        )

    def _leave(self, depth: int) -> None:
        """All levels from that one on have ended."""
        while len(self._levels) > depth:
            level = self._levels.pop()
            if level.empty and self._raw[level.start : level.start + 1000].strip():
                self.problem = self.problem or UNPARTED
            if level.hidden is not None:
                self._level_of[level.header.boundary] = level.hidden
            elif level.header.boundary:
                del self._level_of[level.header.boundary]


def _body_of_message(raw: bytes) -> int:
    """Where the body begins: after the first empty line, or where no field can be."""
    if raw.startswith(_EMPTY_LINES):
        return raw.find(b"\n") + 1
    if not _FIRST_LINE.match(raw):
        return 0
    body = _after_empty_line(raw, 0, len(raw))
    if body is None:
        no_field = _NO_FIELD.search(raw)
        body = no_field.end() if no_field else len(raw)
    return body


def _body_of_part(raw: bytes, start: int) -> int:
    """The same of a part, whose header ends at the next boundary at the latest."""
    if raw.startswith(_EMPTY_LINES, start):
        return raw.find(b"\n", start) + 1
    limit = start + HEADER_BYTES
    boundary = raw.find(b"\n--", start - 1, limit)
    if boundary >= 0:
        limit = boundary + 1
    body = _after_empty_line(raw, start, limit)
    if body is None:
        body = limit if boundary >= 0 else start
    return max(body, start)


def _after_empty_line(raw: bytes, start: int, limit: int) -> int | None:
    crlf = raw.find(b"\n\r\n", start, limit)
    lf = raw.find(b"\n\n", start, limit if crlf < 0 else crlf + 1)
    if lf >= 0:
        return lf + 2
    return crlf + 3 if crlf >= 0 else None
