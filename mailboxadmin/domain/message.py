"""A message, on the wire and in the list."""

from dataclasses import dataclass
from datetime import datetime

#: The system flag of a message that was read (RFC 9051, 2.3.2).
SEEN = "\\Seen"
#: That of a message that somebody set apart.
FLAGGED = "\\Flagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One message as the server gave it."""

    uid: int
    #: As the server writes them: `\\Seen`, `$Forwarded`.
    flags: frozenset[str]
    #: When it arrived at the server, aware UTC; None when the server said nothing usable.
    internal_date: datetime | None
    #: Byte for byte.
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """What a list shows of a message; texts are decoded, bounded, without control characters."""

    #: With the angle brackets; None when there is none.
    message_id: str | None
    subject: str
    #: `Name <address>` as it reads, decoded.
    sender: str
    recipients: str
    #: Of the Date header, aware UTC; None when it has none that can be read.
    sent_at: datetime | None
    #: Why the message could not be read as mail; None when it could.
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A message as `messages --json` gives it."""

    id: int
    folder: str
    #: None for an imported message that no sync has matched yet.
    uid: int | None
    message_id: str | None
    subject: str
    sender: str
    #: The Date header, else the arrival at the server.
    date: datetime | None
    seen: bool
    size: int
    #: Gone from the server; kept here.
    removed: bool
