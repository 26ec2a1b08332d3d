"""What a message shows when it is opened: its texts in their order, and the pictures in them.

multipart/alternative   the formatted one of its texts, else the plain ones
anything else           all of its texts, one below the other
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from mailboxadmin.domain.contents import decoded, source_of, text_parts
from mailboxadmin.domain.parts import Part, read_parts
from mailboxadmin.domain.plain_text import tidy

#: So much formatted text is shown; no letter is as long.
HTML_CHARS = 512 * 1024
#: Pictures in the text beyond this are left out; they are among the files.
PICTURE_BYTES = 8 * 1024 * 1024
#: What a browser shows and cannot act (SVG can).
HARMLESS = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One text of a message."""

    is_html: bool
    #: As it came, when it is HTML: to be cleaned before anybody sees it.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The texts of a message, when one of them is formatted."""

    pieces: tuple[Piece, ...]
    #: Pictures of this message by their Content-ID: media type and bytes.
    pictures: dict[str, tuple[str, bytes]]
    #: The numbers of the parts that hold those that the text names.
    shown: frozenset[int]
    #: It is longer than what is shown of it.
    cut: bool

    @property
    def is_html(self) -> bool:
        """Some of it is formatted; else the plain text is all there is."""
        return any(piece.is_html for piece in self.pieces)


def read_body(raw: bytes) -> Body:
    """The texts of a message, byte for byte as it came; never an exception."""
    parts = read_parts(raw).parts
    pieces: list[Piece] = []
    room = HTML_CHARS
    for part in _shown(list(text_parts(parts))):
        source = source_of(raw, part)[: max(room, 0) + 1]
        room -= len(source)
        is_html = part.header.media_type == "text/html"
        pieces.append(Piece(is_html=is_html, text=source if is_html else tidy(source)))
    pictures = _pictures(raw, parts)
    texts = "".join(piece.text for piece in pieces if piece.is_html)
    named = {each for each in pictures if f"cid:{each}" in texts or f"cid:{quote(each)}" in texts}
    return Body(
        pieces=tuple(pieces),
        pictures={each: pictures[each] for each in named},
        shown=frozenset(part.number for part in parts if part.header.content_id in named),
        cut=room < 0,
    )


def part_bytes(raw: bytes, number: int) -> tuple[Part, bytes] | None:
    """A part and its bytes, decoded; None when the message has none of that number."""
    found = next((part for part in read_parts(raw).parts if part.number == number), None)
    if found is None:
        return None
    return found, decoded(raw[found.start : found.end], found.header.encoding)


def _shown(texts: list[Part]) -> Iterator[Part]:
    formatted = {part.choice for part in texts if part.header.media_type == "text/html"}
    for part in texts:
        plain_of_another = part.choice in formatted and part.header.media_type != "text/html"
        if not part.choice or not plain_of_another:
            yield part


def _pictures(raw: bytes, parts: tuple[Part, ...]) -> dict[str, tuple[str, bytes]]:
    found: dict[str, tuple[str, bytes]] = {}
    room = PICTURE_BYTES
    for part in parts:
        header = part.header
        if header.content_id and header.media_type in HARMLESS:
            room -= part.end - part.start
            if room < 0:
                break
            data = decoded(raw[part.start : part.end], header.encoding)
            found.setdefault(header.content_id, (header.media_type, data))
    return found
