"""A message as it is opened: its head, its text, what is enclosed, and how whole it is."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from mailboxadmin.domain.contents import Attachment
from mailboxadmin.domain.filing import NotDone
from mailboxadmin.domain.headers import HEADER_BYTES
from mailboxadmin.domain.inbox import MailLine
from mailboxadmin.domain.sender import Sender, read_addresses

_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(
    rb"^(from|to|cc|reply-to)[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)


class Wholeness(Enum):
    """How much of a message is here."""

    WHOLE = auto()
    #: Its parts are on their way.
    ARRIVING = auto()
    #: The server did not give its bytes.
    REFUSED = auto()
    #: Larger than what is read for its text; it can be downloaded.
    TOO_LARGE = auto()


class Pictures(Enum):
    """What becomes of pictures from elsewhere."""

    #: They are not fetched.
    ASK = auto()
    #: They were asked for, for this message.
    MESSAGE = auto()
    #: They are always shown from this sender.
    SENDER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who wrote to whom."""

    sender: Sender
    #: Further addresses in From; nearly always none.
    others: tuple[Sender, ...] = ()
    to: tuple[Sender, ...] = ()
    cc: tuple[Sender, ...] = ()
    #: Where an answer would go, when that is not the sender; else empty.
    reply_to: tuple[Sender, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is known of a message without its bytes."""

    id: int
    mailbox_id: int
    folder: str
    subject: str
    #: Decoded, as the list shows it.
    sender: str
    sent_at: datetime | None
    arrived_at: datetime
    size: int
    seen: bool
    flagged: bool
    removed_at: datetime | None
    #: A click on it waits to be sent to the server.
    pending: bool
    #: The folder that it is on its way to; None: to none.
    moving_to: str | None = None
    #: What was wanted for it and the server could not be told of.
    not_done: tuple[NotDone, ...] = ()
    thread_id: int | None
    wholeness: Wholeness
    #: What of it could not be read; None when all could.
    problem: str | None
    #: None while the second pass did not come by.
    text: str | None
    attachments: tuple[Attachment, ...]
    pictures: Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The messages that belong together, oldest first."""

    lines: tuple[MailLine, ...]
    #: There are more, older than these.
    more: bool


def read_head(raw: bytes, stored: Stored) -> Head:
    """Who wrote to whom, from the header as it came; from what the list has where that is gone."""
    end = _END.search(raw, 0, HEADER_BYTES)
    fields: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(raw[: end.start() + 1 if end else HEADER_BYTES]):
        fields.setdefault(name.lower(), value)
    senders = read_addresses(fields.get(b"from", b""))
    sender = senders[0] if senders else Sender(name=stored.sender, address="")
    reply_to = read_addresses(fields.get(b"reply-to", b""))
    known = {each.address.lower() for each in senders}
    return Head(
        sender=sender,
        others=senders[1:],
        to=read_addresses(fields.get(b"to", b"")),
        cc=read_addresses(fields.get(b"cc", b"")),
        reply_to=tuple(each for each in reply_to if each.address.lower() not in known),
    )
