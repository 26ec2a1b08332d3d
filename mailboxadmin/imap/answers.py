"""What SEARCH and FETCH answer, as values.

imaplib hands out one flat list for all messages of a FETCH; it is cut into one piece
a message before IMAPClient parses it, so that one bad line stays one bad line and
sequence numbers, which move when something is expunged, never decide anything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient.response_parser import parse_fetch_response

from mailboxadmin.domain.message import Fetched

#: What imaplib gives: a line, or (line up to a literal, literal); None for "nothing".
Raw = bytes | tuple[bytes, bytes] | None
#: One message's items by their name in upper case: b"UID", b"FLAGS", b"BODY[]".
Items = Mapping[bytes, Any]

#: System flags are written alike whatever their letters on the wire (RFC 9051, 2.3.2).
_SYSTEM_FLAGS = {
    flag.lower(): flag for flag in ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft")
}
#: Says something of a session, not of a message.
_SESSION_FLAG = "\\recent"

#: More UIDs than any folder holds: `1:4294967295` in a few bytes would fill the memory.
_MOST_UIDS = 20_000_000
_ESEARCH_ALL = re.compile(rb"(?:^| )ALL ([0-9:,]+)", re.IGNORECASE)


def messages(data: Sequence[Raw]) -> Iterator[Items]:
    """The messages of a FETCH answer; lines without a UID are not ours and left out.

    Raises:
        ValueError, imaplib.IMAP4.error: a line is not IMAP.
    """
    for piece in pieces(data):
        yield from parsed(piece)


def parsed(piece: list[Raw]) -> Iterator[Items]:
    """The message in one piece; nothing when it has no UID.

    Raises:
        ValueError, imaplib.IMAP4.error: it is not IMAP.
    """
    for items in parse_fetch_response(piece, normalise_times=False, uid_is_key=False).values():
        if isinstance(items.get(b"UID"), int):
            yield items


def pieces(data: Sequence[Raw]) -> Iterator[list[Raw]]:
    """One piece a message: it ends with the first item that is followed by no literal."""
    piece: list[Raw] = []
    for item in data:
        if item is None:
            continue
        piece.append(item)
        if isinstance(item, bytes):
            yield piece
            piece = []
    if piece:
        yield piece


def flags_of(items: Items) -> frozenset[str]:
    r"""The flags of a message, without \Recent."""
    texts = (
        flag.decode("utf-8", "replace") if isinstance(flag, bytes) else str(flag)
        for flag in items.get(b"FLAGS") or ()
    )
    return frozenset(
        _SYSTEM_FLAGS.get(text.lower(), text) for text in texts if text.lower() != _SESSION_FLAG
    )


def modseq_of(items: Items) -> int | None:
    """The mod-sequence of a message (RFC 7162, 3.1.4); None when it was not told."""
    value = items.get(b"MODSEQ")
    return value[0] if isinstance(value, tuple) and value and isinstance(value[0], int) else None


def fetched(items: Items) -> Fetched | None:
    """The message; None when the server answered without its body."""
    body = items.get(b"BODY[]")
    if isinstance(body, int):
        # An unquoted number, which IMAPClient has read as one.
        body = str(body).encode()
    if not isinstance(body, bytes):
        return None
    at = items.get(b"INTERNALDATE")
    return Fetched(
        uid=items[b"UID"],
        flags=flags_of(items),
        internal_date=at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else None,
        raw=body,
    )


def found(search: Sequence[Raw], esearch: Sequence[Raw]) -> list[int]:
    """The UIDs of a SEARCH, ascending, whether answered by SEARCH or by ESEARCH (RFC 4731).

    Raises:
        ValueError: they are not numbers, or impossibly many.
    """
    uids: set[int] = set()
    for line in esearch:
        match = _ESEARCH_ALL.search(line) if isinstance(line, bytes) else None
        if match:
            uids.update(_expanded(match[1].decode("ascii")))
    for line in search:
        if isinstance(line, bytes):
            uids.update(int(word) for word in line.partition(b"(")[0].split())
    return sorted(uids)


def _expanded(sequence_set: str) -> Iterator[int]:
    """`1:4,7` as numbers; a range may be written from its end (RFC 9051, 9: `seq-range`)."""
    left = _MOST_UIDS
    for part in sequence_set.split(","):
        first, _, last = part.partition(":")
        low, high = sorted((int(first), int(last or first)))
        left -= high - low + 1
        if left < 0:
            raise ValueError(f"more than {_MOST_UIDS} messages in a folder: {sequence_set[:60]}")
        yield from range(low, high + 1)
