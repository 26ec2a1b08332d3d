"""Reading what a list shows of a message, from bytes that may be anything.

Mail is written by many programs, some of them hostile: every length is bounded
before a parser sees it, and every parse may fail without stopping a sync.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import TypeVar

from mailboxadmin.domain.decoding import as_text, field_as_text
from mailboxadmin.domain.message import Headers

#: More header bytes than this are not looked at; a long Received trail is a few kilobytes.
HEADER_BYTES = 64 * 1024
#: More of one field than this is not decoded: encoded words cost a parser quadratic time.
FIELD_CHARS = 2000
#: What is kept of one field.
KEPT_CHARS = 500

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
    faults: list[str] = []

    def attempt(read: Callable[[Message], T], empty: T) -> T:
        try:
            return read(message)
        # The parser of the standard library raises nearly anything on hostile input.
        except Exception as fault:  # noqa: BLE001
            faults.append(f"{read.__name__.strip('_')}: {type(fault).__name__}")
            return empty

    message = _PARSER.parsebytes(head)
    return Headers(
        message_id=attempt(_message_id, None),
        subject=attempt(_subject, ""),
        sender=attempt(_sender, ""),
        recipients=attempt(_recipients, ""),
        sent_at=attempt(_date, None),
        problem=_problem(message, faults),
    )


def _problem(message: Message, faults: list[str]) -> str | None:
    if faults:
        return f"Parts of the header cannot be read ({'; '.join(faults)})."
    return None if message.keys() else "The message has no header."


def _message_id(message: Message) -> str | None:
    found = _MESSAGE_ID.search(as_text(_raw(message, "Message-ID")))
    return found[0] if found else None


def _subject(message: Message) -> str:
    return _decoded(message, "Subject")


def _sender(message: Message) -> str:
    return _decoded(message, "From") or _decoded(message, "Sender")


def _recipients(message: Message) -> str:
    return _decoded(message, "To")


def _date(message: Message) -> datetime | None:
    text = str(message.get("Date", ""))[:100]
    if not text.strip():
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None  # An unreadable date is common and harms nothing: arrival is shown instead.
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if 1970 <= at.year <= 2200 else None


def _decoded(message: Message, name: str) -> str:
    """One field as it reads, bounded."""
    return field_as_text(_raw(message, name))[:KEPT_CHARS]


def _raw(message: Message, name: str) -> bytes:
    """The field on one line, as its bytes came."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            unfolded = re.sub(r"\r?\n[ \t]", " ", str(value))[:FIELD_CHARS]
            return unfolded.encode("utf-8", "surrogateescape")
    return b""
