"""What the header of a part says of it: its type, its charset, its name.

Hostile in the same ways as the header of a message: every length is bounded before
the library reads a field, and a field that it cannot read is as good as none.
"""

import re
from collections.abc import Mapping
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from mailboxadmin.domain.decoding import as_text, field_as_text

#: More of one field than this is not looked at.
FIELD_BYTES = 4000
#: What is kept of a file name.
NAME_CHARS = 255

_FIELD = re.compile(
    rb"\ncontent-(type|transfer-encoding|disposition|id)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE,
)
_FOLDED = re.compile(r"[\r\n]+[ \t]*")
_MEDIA_TYPE = re.compile(r"[!-.0-~]{1,100}/[!-.0-~]{1,100}")
#: What turns the direction of writing, and shows `fdp.exe` as `exe.pdf`.
_TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class PartHeader(NamedTuple):
    """What is known of a part before its body."""

    #: `text/plain`, lower case.
    media_type: str
    #: Empty when it names none.
    charset: str
    #: What parts the parts of a multipart; empty for others.
    boundary: bytes
    #: `base64`, `quoted-printable` or another, lower case; empty when it names none.
    encoding: str
    #: It is to be shown as a file, not as text.
    detached: bool
    #: Its file name, on one line; empty when it has none.
    name: str
    #: By which the text shows it (RFC 2392), without brackets; empty when it has none.
    content_id: str = ""

    @property
    def belongs_to_text(self) -> bool:
        """A picture that the text shows, not a file of its own."""
        return bool(self.content_id) and self.media_type.startswith("image/") and not self.detached


def part_header(header: bytes, default: str = "text/plain") -> PartHeader:
    """Read a part's header.

    Args:
        default: its media type when it names none.
    """
    fields: dict[bytes, bytes] = {}
    for field, value in _FIELD.findall(b"\n" + header):
        fields.setdefault(field.lower(), value[:FIELD_BYTES])
    media_type, of_type = _read(fields.get(b"type", b""))
    disposition, of_disposition = _read(fields.get(b"disposition", b""))
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "text/plain" if b"type" in fields else default
    boundary = of_type.get("boundary", "") if media_type.startswith("multipart/") else ""
    return PartHeader(
        media_type=media_type,
        charset=of_type.get("charset", ""),
        boundary=boundary.rstrip().encode("utf-8"),
        encoding=_word(fields.get(b"transfer-encoding", b"")),
        detached=disposition == "attachment",
        name=_name(of_disposition.get("filename") or of_type.get("name", "")),
        content_id=as_text(fields.get(b"id", b"")).strip().strip("<>")[:NAME_CHARS],
    )


def _word(value: bytes) -> str:
    return value.strip().decode("ascii", "replace").lower()


# Most mail of an office says the same few things; boundaries and names it says once.
@lru_cache(maxsize=256)
def _read(value: bytes) -> tuple[str, Mapping[str, str]]:
    """A field's first word, lower case, and its parameters (RFC 2045, RFC 2231)."""
    if b";" not in value:
        return _word(value), _NOTHING
    message = Message()
    message["Content-Type"] = _FOLDED.sub(" ", as_text(value)).strip()
    try:
        (word, _), *parameters = message.get_params(failobj=[("", "")])
        found = {name.lower(): collapse_rfc2231_value(text) for name, text in reversed(parameters)}
    # The parser of the standard library raises nearly anything on hostile input.
    except Exception:  # noqa: BLE001
        return _word(value.partition(b";")[0]), _NOTHING
    return word.lower(), found


def _name(text: str) -> str:
    if not text:
        return ""
    read = field_as_text(text.encode("utf-8", "replace"))
    return _TURNS.sub("", read)[:NAME_CHARS]
