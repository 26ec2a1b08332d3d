"""Messages from files in the form that a server gives, where every line ends with CRLF; and back.

All of it works on pieces, of any length, so that a message need not be in memory.
"""

import re
from collections.abc import Iterable, Iterator

#: One `>` more than the line had (the reversible way, "mboxrd").
_TO_ESCAPE = re.compile(rb"\n(>*From )")
_ESCAPED = re.compile(rb"\n>(>*From )")
#: A line that is longer so far is not escaped.
_LONGEST_ESCAPE = 1000


def as_on_the_wire(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Bare LF becomes CRLF; everything else stays."""
    held = b""
    for piece in pieces:
        text = held + piece
        # The line feed that belongs to it may come with the next piece.
        held = b"\r" if text.endswith(b"\r") else b""
        text = text[: len(text) - len(held)]
        if text:
            yield text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if held:
        yield held


def as_in_a_file(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """CRLF becomes LF; everything else stays."""
    held = b""
    for piece in pieces:
        text = held + piece
        held = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(held)].replace(b"\r\n", b"\n")
    yield held


def escaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines that begin with `From `, `>From ` and so on get one `>` more; they end with LF."""
    yield from _by_lines(pieces, _TO_ESCAPE, rb"\n>\1")


def unescaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines that begin with `>From `, `>>From ` and so on lose one `>`."""
    yield from _by_lines(pieces, _ESCAPED, rb"\n\1")


def _by_lines(pieces: Iterable[bytes], pattern: re.Pattern[bytes], to: bytes) -> Iterator[bytes]:
    """Each line's beginning as the pattern has it, wherever the pieces are cut."""
    held, begins_line = b"", True
    for piece in pieces:
        text = held + piece
        start = text.rfind(b"\n") + 1
        whole = len(text) - start > _LONGEST_ESCAPE
        text, held = (text, b"") if whole else (text[:start], text[start:])
        yield _replaced(text, begins_line, pattern, to)
        begins_line = not whole if text else begins_line
    yield _replaced(held, begins_line, pattern, to)


def _replaced(text: bytes, begins_line: bool, pattern: re.Pattern[bytes], to: bytes) -> bytes:
    if not begins_line:
        return pattern.sub(to, text)
    return pattern.sub(to, b"\n" + text)[1:]
