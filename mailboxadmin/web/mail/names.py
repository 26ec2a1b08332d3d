"""Names under which things are saved: what a sender may call a file, and what not."""

import mimetypes
import re
import unicodedata
from urllib.parse import quote

_CHARS = 120
#: Paths, what a shell or Windows reads otherwise, and what turns the direction of writing.
_UNSAFE = re.compile(
    r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069]+'
)
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def file_name(name: str, media_type: str, number: int) -> str:
    """A safe name for a part, close to the one that its sender gave."""
    ending = mimetypes.guess_extension(media_type) or ".bin"
    return _safe(name) or f"part-{number}{ending}"


def eml_name(subject: str) -> str:
    """A name for a whole message."""
    return f"{_safe(subject)[:80].rstrip('. ') or 'message'}.eml"


def header_value(kind: str, name: str) -> str:
    """Content-Disposition (RFC 6266): plain for old browsers, and as it is for all others."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _safe(name: str) -> str:
    name = " ".join(_UNSAFE.sub(" ", unicodedata.normalize("NFC", name)).split())
    name = name.strip(". ")
    if _DEVICES.match(name):
        name = f"_{name}"
    if len(name) <= _CHARS:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: _CHARS - 12]}.{ending[:10]}" if dot and stem else name[:_CHARS]
