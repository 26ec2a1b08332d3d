"""Bytes of mail as text, whatever charset they claim: text that can be shown and stored."""

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from functools import lru_cache

#: Codecs of Python that are no charsets of mail; two of them take quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
#: Charsets in which spaces and line ends have a NUL.
_WIDE = ("utf-16", "utf-32")
#: No charset has a longer name.
_NAME_CHARS = 40
#: No letter of any charset takes more bytes than this.
_LETTER_BYTES = 8

#: Encoded words in a row, which may share a letter between them.
_WORD = r"=\?[^?]*\?[bqBQ]\?.*?\?="
_RUN_OF_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")


def as_text(data: bytes, charset: str | None = None, *, cut: bool = False) -> str:
    """`data` in the charset it claims; else in UTF-8; else in Windows-1252.

    A few bytes that do not fit are replaced; when none above 127 fits, the claim is wrong.

    Args:
        cut: the bytes go on, so half a letter at the end is dropped.
    """
    named = _codec(charset) if charset else None
    if named and named.startswith(_WIDE) and b"\x00" not in data:
        named = None  # Not even a space is in it.
    for name in (named, "utf-8"):
        if name is not None:
            try:
                return _storable(_strictly(data, name, cut=cut))
            except UnicodeError:
                continue
    damaged = data.decode(named or "utf-8", "replace")
    if damaged.replace("\ufffd", "").isascii():
        damaged = data.decode("cp1252", "replace")
    return _storable(damaged)


def field_as_text(value: bytes) -> str:
    """A header's value as it reads: encoded words decoded (RFC 2047), on one line.

    Above 127 it is UTF-8, else Windows-1252 (RFC 6532 and the world).
    """
    text = as_text(value)
    if "=?" in text:
        text = _RUN_OF_WORDS.sub(lambda run: _words_as_text(run[0]), text)
    return _CONTROL.sub(" ", text).strip()


@lru_cache(maxsize=256)
def _codec(charset: str) -> str | None:
    """Python's name for the charset; None when it knows none."""
    try:
        name = codecs.lookup(charset.strip()[:_NAME_CHARS]).name
        b"x".decode(name, "replace")  # Refuses what turns bytes into bytes.
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else name


def _strictly(data: bytes, name: str, *, cut: bool) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as fault:
        if not cut or len(data) - fault.start > _LETTER_BYTES:
            raise
        return data[: fault.start].decode(name)


def _storable(text: str) -> str:
    """Without halves of surrogate pairs, which UTF-7 can spell and no database takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _words_as_text(words: str) -> str:
    try:
        parts = decode_header(words)
    except (ValueError, HeaderParseError):
        return words  # Shown as they came.
    return "".join(
        part if isinstance(part, str) else as_text(part, charset) for part, charset in parts
    )
