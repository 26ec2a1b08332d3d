"""UID SEARCH: which messages of the open folder there are, as numbers."""

import imaplib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.imap.answers import Raw
from mailboxadmin.imap.arguments import check_text, quoted
from mailboxadmin.imap.wire import Wire

#: More UIDs than any folder holds: `1:4294967295` in a few bytes would fill the memory.
_MOST_UIDS = 20_000_000
_ESEARCH_ALL = re.compile(rb"(?:^| )ALL ([0-9:,]+)", re.IGNORECASE)
#: Written in English whatever the locale (RFC 9051, 9: `date-month`).
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def search(wire: Wire, capabilities: frozenset[str], *criteria: str) -> list[int]:
    """The UIDs that match, ascending; in compact form where ESEARCH is offered (RFC 4731).

    Raises:
        imaplib.IMAP4.error: the server refuses.
        ValueError: the answer is not one.
    """
    returns = ("RETURN", "(ALL)") if "ESEARCH" in capabilities else ()
    wire.response("SEARCH")
    wire.response("ESEARCH")
    answer, data = wire.uid("SEARCH", *returns, *criteria)
    if answer != "OK":
        raise imaplib.IMAP4.error("SEARCH refused")
    compact: list[Raw] = wire.response("ESEARCH")[1]
    return found(data, compact)


def with_message_id(wire: Wire, capabilities: frozenset[str], message_id: str) -> list[int]:
    """Those whose Message-ID contains this text (RFC 9051, 6.4.4: HEADER).

    Raises:
        InvalidInput: it cannot be sent, or is empty, which would match every message.
        imaplib.IMAP4.error, ValueError: see `search`.
    """
    if not check_text("message_id", message_id):
        raise InvalidInput("message_id", "An empty Message-ID names no message.")
    if message_id.isascii():
        wanted = quoted("message_id", message_id)
        return search(wire, capabilities, "HEADER", "Message-ID", wanted)
    # imaplib sends `literal` after the last argument; that it may be bytes, its types omit.
    library: Any = wire
    library.literal = message_id.encode()
    return search(wire, capabilities, "CHARSET", "UTF-8", "HEADER", "Message-ID")


def date_text(day: date) -> str:
    """A day as SEARCH wants it: `1-Feb-1994` (RFC 9051, 9: `date-text`)."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04}"


def found(search: Sequence[Raw], esearch: Sequence[Raw]) -> list[int]:
    """The UIDs of a SEARCH, ascending, whether answered by SEARCH or by ESEARCH.

    Raises:
        ValueError: they are not numbers, or impossibly many.
    """
    uids: set[int] = set()
    for line in esearch:
        match = _ESEARCH_ALL.search(line) if isinstance(line, bytes) else None
        if match:
            uids.update(expanded(match[1].decode("ascii")))
    for line in search:
        if isinstance(line, bytes):
            uids.update(map(int, line.partition(b"(")[0].split()))
    return sorted(uids)


def expanded(sequence_set: str) -> Iterator[int]:
    """`1:4,7` as numbers; a range may be written from its end (RFC 9051, 9: `seq-range`).

    Raises:
        ValueError: it is not one, or names impossibly many.
    """
    left = _MOST_UIDS
    for part in sequence_set.split(","):
        first, _, last = part.partition(":")
        low, high = sorted((int(first), int(last or first)))
        left -= high - low + 1
        if left < 0:
            raise ValueError(f"more than {_MOST_UIDS} messages in a folder: {sequence_set[:60]}")
        yield from range(low, high + 1)
