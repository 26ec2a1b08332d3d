"""What one message's part of a FETCH answer says, as a value.

imaplib hands out one flat list for all messages of a FETCH; it is cut into one piece
a message before IMAPClient parses it, so that one bad line stays one bad line and
sequence numbers, which move when something is expunged, never decide anything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from imapclient.response_parser import parse_fetch_response

from mailboxadmin.domain.folder import LARGEST_UID

#: What imaplib gives: a line, or (line up to a literal, literal); None for "nothing".
Raw = bytes | tuple[bytes, bytes] | None

#: Mod-sequences and sizes are 63 bits wide (RFC 7162, 7; RFC 8474).
LARGEST_NUMBER = 2**63 - 1

#: System flags are written alike whatever their letters on the wire (RFC 9051, 2.3.2).
_SYSTEM_FLAGS = {
    flag.lower(): flag for flag in ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft")
}
#: Says something of a session, not of a message.
_SESSION_FLAG = "\\recent"


class Answer(NamedTuple):
    """One line of FETCH; None stands for what it does not say."""

    uid: int
    flags: frozenset[str] | None = None
    #: RFC 7162, 3.1.4.
    modseq: int | None = None
    size: int | None = None
    #: INTERNALDATE, aware UTC; None also when it cannot be read.
    internal_date: datetime | None = None
    #: Which part of the message `body` is: `BODY[]`, `BODY[]<0>`; empty without one.
    section: bytes = b""
    body: bytes | None = None


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


def parsed(piece: list[Raw]) -> Iterator[Answer]:
    """The message in one piece; nothing when it has no UID.

    Raises:
        ValueError: it is not IMAP.
    """
    try:
        said = parse_fetch_response(piece, normalise_times=False, uid_is_key=False)
    # The library raises nearly anything on hostile input.
    except Exception as fault:
        raise ValueError(str(fault)) from fault
    for items in said.values():
        uid = items.get(b"UID")
        if isinstance(uid, int) and 0 < uid <= LARGEST_UID:
            yield _answer(uid, items)


def flags_named(names: Iterable[bytes]) -> frozenset[str]:
    r"""Flags as we write them, without \Recent."""
    texts = [name.decode("utf-8", "replace") for name in names]
    return frozenset(
        _SYSTEM_FLAGS.get(text.lower(), text) for text in texts if text.lower() != _SESSION_FLAG
    )


def number(value: object, most: int = LARGEST_NUMBER) -> int | None:
    """A number that the store can hold; None for anything else."""
    return value if isinstance(value, int) and 0 <= value <= most else None


def in_utc(at: object) -> datetime | None:
    """An instant in UTC; None for one without a zone, or beyond the calendar."""
    if not isinstance(at, datetime) or at.tzinfo is None:
        return None
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _answer(uid: int, items: Mapping[bytes, Any]) -> Answer:
    flags, modseq = items.get(b"FLAGS"), items.get(b"MODSEQ")
    section = next((name for name in items if name.startswith(b"BODY[")), b"")
    return Answer(
        uid=uid,
        flags=flags_named(map(_word, flags)) if isinstance(flags, tuple) else None,
        modseq=number(modseq[0]) if isinstance(modseq, tuple) and modseq else None,
        size=number(items.get(b"RFC822.SIZE")),
        internal_date=in_utc(items.get(b"INTERNALDATE")),
        section=section,
        body=_text(items.get(section)),
    )


def _word(flag: object) -> bytes:
    """A flag as it was sent: IMAPClient reads `123` as a number and `NIL` as nothing."""
    return flag if isinstance(flag, bytes) else b"NIL" if flag is None else str(flag).encode()


def _text(body: object) -> bytes | None:
    """A body; an unquoted number, which IMAPClient has read as one, is one too."""
    if isinstance(body, int):
        return str(body).encode()
    return body if isinstance(body, bytes) else None
