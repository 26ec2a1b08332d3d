"""Pieces of one message: so many bytes of a big one, or its Message-ID alone."""

from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.headers import read_headers
from mailboxadmin.imap.answers import Answer
from mailboxadmin.imap.bodies import Unfetchable, blame, still_there
from mailboxadmin.imap.question import Question
from mailboxadmin.imap.wire import Wire

_MESSAGE_ID = "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some bytes of a message in a row."""

    #: As in `Fetched`.
    flags: frozenset[str]
    internal_date: datetime | None
    #: None: the message ends here; fewer than were asked for: it should, see RFC 9051, 6.4.5.
    data: bytes


def fetch_part(wire: Wire, uid: int, start: int, length: int) -> Part | Unfetchable | None:
    r"""`length` bytes of a message from `start` on (RFC 9051, 6.4.5); \Seen is not set.

    None when the message is gone; `Unfetchable` when it is there and cannot be had.

    Raises:
        imaplib.IMAP4.error: the server refuses, and not because of this message.
    """
    wanted = f"(INTERNALDATE FLAGS BODY.PEEK[]<{start}.{length}>)"
    question = Question(wire, str(uid), wanted)
    status = question.ask()
    refusal = wire.heard.refusal
    section = f"BODY[]<{start}>".encode()
    said = [each for each in question.readable() if each.uid == uid]
    for answer in said:
        if answer.section == section and answer.body is not None:
            return _part(answer, answer.body[:length])
    if status == "OK":
        return Unfetchable(uid=uid, server_said=None) if said else None
    blamed = blame(uid, refusal)
    return blamed if still_there(wire, [uid]) else None


def message_id_of(wire: Wire, uid: int) -> tuple[bool, str | None]:
    """Whether the message is still there, and its Message-ID, None when it has none.

    Raises:
        imaplib.IMAP4.error: the server refuses.
    """
    said = [each for each in Question(wire, str(uid), _MESSAGE_ID).asked() if each.uid == uid]
    heads = (each.body for each in said if each.section.startswith(b"BODY[HEADER.FIELDS"))
    return bool(said), next((read_headers(head).message_id for head in heads if head), None)


def _part(answer: Answer, data: bytes) -> Part:
    return Part(flags=answer.flags or frozenset(), internal_date=answer.internal_date, data=data)
