"""Reading what a list shows of a message, from bytes that may be anything.

Mail is written by many programs, some of them hostile: every length is bounded
before a parser sees it, and every parse may fail without stopping a sync.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import TypeVar

from mailboxadmin.domain.decoding import as_text, field_as_text
from mailboxadmin.domain.message import Headers

#: More header bytes than this are not looked at; a long Received trail is a few kilobytes.
HEADER_BYTES = 64 * 1024
#: More of one field than this is not decoded: encoded words cost a parser quadratic time.
FIELD_BYTES = 2000
#: What is kept of one field.
KEPT_CHARS = 500

#: A header that breaks no rule (RFC 5322, 2.2); most are.
_PLAIN = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+\r\n")
_LOOKED_AT = re.compile(
    rb"^(message-id|subject|from|sender|to|date):([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_FOLD = re.compile(rb"\r?\n[ \t]")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
# The body is not mail's business here: parsing it would cost four times the headers.
_PARSER = BytesHeaderParser(policy=policy.compat32)

T = TypeVar("T")


def read_headers(raw: bytes) -> Headers:
    """The headers of a message; what cannot be read is empty and named in `problem`."""
    if not raw:
        return Headers(
            message_id=None,
            subject="",
            sender="",
            recipients="",
            sent_at=None,
            problem="The message is empty.",
        )
    end = _BLANK_LINE.search(raw, 0, HEADER_BYTES)
    head = raw[: end.end() if end else HEADER_BYTES]
    is_plain = _PLAIN.fullmatch(head) is not None
    fields = _plain_fields(head) if is_plain else _fields(head)
    faults: list[str] = []

    def attempt(read: Callable[[Mapping[str, bytes]], T], empty: T) -> T:
        try:
            return read(fields)
        # The parser of the standard library raises nearly anything on hostile input.
        except Exception as fault:  # noqa: BLE001
            faults.append(f"{read.__name__.strip('_')}: {type(fault).__name__}")
            return empty

    return Headers(
        message_id=attempt(_message_id, None),
        subject=attempt(_subject, ""),
        sender=attempt(_sender, ""),
        recipients=attempt(_recipients, ""),
        sent_at=attempt(_date, None),
        problem=_problem(faults, has_header=is_plain or bool(fields)),
    )


def _problem(faults: list[str], *, has_header: bool) -> str | None:
    if faults:
        return f"Parts of the header cannot be read ({'; '.join(faults)})."
    return None if has_header else "The message has no header."


def _plain_fields(head: bytes) -> dict[str, bytes]:
    """The same as `_fields`, of a header that breaks no rule, at a third of the time."""
    found: dict[str, bytes] = {}
    for name, value in _LOOKED_AT.findall(head):
        found.setdefault(name.decode("ascii").lower(), _unfolded(value.lstrip(b" \t")))
    return found


def _fields(head: bytes) -> dict[str, bytes]:
    """The first of each field that is looked at, on one line, as its bytes came."""
    found: dict[str, bytes] = {}
    for key, value in _PARSER.parsebytes(head).raw_items():
        found.setdefault(key.lower(), _unfolded(str(value).encode("utf-8", "surrogateescape")))
    return found


def _unfolded(value: bytes) -> bytes:
    return (_FOLD.sub(b" ", value) if b"\n" in value else value)[:FIELD_BYTES]


def _message_id(fields: Mapping[str, bytes]) -> str | None:
    found = _MESSAGE_ID.search(as_text(fields.get("message-id", b"")))
    return found[0] if found else None


def _subject(fields: Mapping[str, bytes]) -> str:
    return _decoded(fields, "subject")


def _sender(fields: Mapping[str, bytes]) -> str:
    return _decoded(fields, "from") or _decoded(fields, "sender")


def _recipients(fields: Mapping[str, bytes]) -> str:
    return _decoded(fields, "to")


def _date(fields: Mapping[str, bytes]) -> datetime | None:
    text = as_text(fields.get("date", b""))[:100]
    if not text.strip():
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None  # An unreadable date is common and harms nothing: arrival is shown instead.
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if 1970 <= at.year <= 2200 else None


def _decoded(fields: Mapping[str, bytes], name: str) -> str:
    """One field as it reads, bounded."""
    value = fields.get(name)
    return field_as_text(value)[:KEPT_CHARS] if value else ""
