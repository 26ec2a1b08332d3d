"""What the second pass takes out of a message: its text, a preview, a list of what is enclosed.

From bytes that may be anything, within bounds of time and memory: a part is looked at
no further than its text is kept. What cannot be read is named, and the rest is given.
"""

import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailboxadmin.domain.decoding import as_text
from mailboxadmin.domain.links import links_of
from mailboxadmin.domain.parts import Part, read_parts
from mailboxadmin.domain.plain_text import html_as_text, preview_of, tidy

#: What is kept of the text.
TEXT_CHARS = 256 * 1024
#: Bytes of a part that are looked at for its text; of HTML, most is markup.
TEXT_BYTES = 512 * 1024
#: So many parts of text are read; others are part of what is enclosed.
TEXTS = 50

_SHOWN = frozenset({"text/plain", "text/html"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that is not the text."""

    #: Decoded, on one line; empty when it has none.
    name: str
    #: `application/pdf`, as the sender says.
    media_type: str
    #: Bytes, decoded.
    size: int
    #: Its place among the parts that hold no others, from 1; see `domain.parts`.
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a message; all texts can be stored and shown."""

    #: The first words, on one line.
    preview: str
    #: Plain, bounded; of an HTML mail, without its markup.
    body_text: str
    attachments: tuple[Attachment, ...]
    #: What of it could not be read; None when all could.
    problem: str | None
    #: A file is enclosed that is not a picture in the text.
    attached: bool = False
    #: By which it belongs to a conversation, see `domain.links`.
    links: tuple[int, ...] = ()


def read_contents(raw: bytes) -> Contents:
    """The contents of a message, byte for byte as it came; never an exception."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")  # As long as before, and it has lines.
    found = read_parts(raw)
    texts = list(text_parts(found.parts))
    body = _text(raw, texts, "text/plain") or _text(raw, texts, "text/html")
    shown = {part.number for part in texts}
    return Contents(
        preview=preview_of(body),
        body_text=body,
        attachments=tuple(
            _attachment(raw, part) for part in found.parts if part.number not in shown
        ),
        problem=found.problem,
        attached=any(
            part.number not in shown and not part.header.belongs_to_text for part in found.parts
        ),
        links=links_of(raw),
    )


def text_parts(parts: tuple[Part, ...]) -> Iterator[Part]:
    """The parts that are read as the text, if they are not empty."""
    alone = len(parts) == 1
    left = TEXTS
    for part in parts:
        header = part.header
        # A message that is nothing else is its text, even when it has a name.
        named = bool(header.name) and not alone
        if left and header.media_type in _SHOWN and not header.detached and not named:
            left -= 1
            yield part


def _text(raw: bytes, texts: Iterable[Part], media_type: str) -> str:
    """All texts of that kind, one below the other."""
    pieces: list[str] = []
    room = TEXT_CHARS
    for part in texts:
        if part.header.media_type == media_type and room > 0:
            piece = _text_of(raw, part)[:room]
            room -= len(piece)
            pieces.append(piece)
    return "\n\n".join(piece for piece in pieces if piece)


def _text_of(raw: bytes, part: Part) -> str:
    text = source_of(raw, part)
    return tidy(html_as_text(text) if part.header.media_type == "text/html" else text)


def source_of(raw: bytes, part: Part) -> str:
    """A part of text as it was written, its markup with it; bounded."""
    end = min(part.end, part.start + TEXT_BYTES)
    data = decoded(raw[part.start : end], part.header.encoding)
    return as_text(data, part.header.charset, cut=end < part.end)


def decoded(data: bytes, encoding: str) -> bytes:
    """Without the transfer encoding; of what is damaged, what can be read."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding != "base64":
        return data
    for padding in (b"", b"=="):
        try:
            return binascii.a2b_base64(data + padding)
        except binascii.Error:
            continue
    # Of its last byte, only six bits are there.
    return binascii.a2b_base64(data + b"A==")[:-1]


def _attachment(raw: bytes, part: Part) -> Attachment:
    return Attachment(
        name=part.header.name,
        media_type=part.header.media_type,
        size=_size(raw, part),
        part=part.number,
    )


def _size(raw: bytes, part: Part) -> int:
    """Bytes of a part, decoded; of base64 reckoned from its lines, which costs nothing."""
    start, end = part.start, part.end
    if part.header.encoding == "quoted-printable":
        return len(binascii.a2b_qp(raw[start:end]))
    if part.header.encoding != "base64":
        return end - start
    line_ends = raw.count(b"\n", start, end)
    if raw.find(b"\r\n", start, end) >= 0:
        line_ends *= 2
    tail = raw[max(start, end - 4) : end].rstrip()
    return max(0, (end - start - line_ends - tail.count(b"=")) * 3 // 4)
