"""Messages from files in the form that a server gives: every line ends with CRLF.

All of it works on pieces, of any length, so that a message need not be in memory.
"""

import re
from collections.abc import Iterable, Iterator

#: One `>` more than the line had (the reversible way, "mboxrd").
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


def unescaped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines that begin with `>From `, `>>From ` and so on lose one `>`."""
    held, begins_line = b"", True
    for piece in pieces:
        text = held + piece
        start = text.rfind(b"\n") + 1
        whole = len(text) - start > _LONGEST_ESCAPE
        text, held = (text, b"") if whole else (text[:start], text[start:])
        yield _unescape(text, begins_line)
        begins_line = not whole if text else begins_line
    yield _unescape(held, begins_line)


def _unescape(text: bytes, begins_line: bool) -> bytes:
    if not begins_line:
        return _ESCAPED.sub(rb"\n\1", text)
    return _ESCAPED.sub(rb"\n\1", b"\n" + text)[1:]
