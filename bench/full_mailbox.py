"""A mailbox that is as full as one wants it: words drawn as in a language, and conversations.

The rows are put in directly: a few words come often and most seldom, one message in ten has a
file, one in ten is unread, and half of them belong to conversations of three.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Role
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.people import add_person
from mailboxadmin.store.base import Base
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.message_counts import COUNT_ALL
from mailboxadmin.store.tables_mail import (
    MessageBytesRow,
    MessageContentsRow,
    MessageRow,
    SearchEntryRow,
)

#: Ids of a mailbox's messages begin at its own multiple of this.
APART = 10_000_000
START, SPAN = datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=800)
WORDS = 5_000
BATCH = 5_000
#: Messages of a conversation.
TOGETHER = 3

#: The rows of a message, by their table.
_Letter = Mapping[type[Base], Mapping[str, object]]


def fill(deps: Deps, email: str, count: int, *, password: str | None = None) -> int:
    """Somebody with so many messages in INBOX; the id of the mailbox."""
    name, _, _ = email.partition("@")
    person = add_person(
        deps, email=email, name=name, role=Role.STAFF, actor=COMMAND_LINE, password=password
    )
    mailbox_id = person.mailbox_id
    assert mailbox_id is not None
    chance = random.Random(count)
    with deps.store.write() as db:
        place = {"mailbox_id": mailbox_id, "folder_id": folder_id(db, mailbox_id, "INBOX")}
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        _put(deps, [_letter(chance, place, number, SPAN * (number / count)) for number in numbers])
    with deps.store.write() as db:
        db.execute(text(COUNT_ALL))
    return mailbox_id


def first_id(mailbox_id: int) -> int:
    """The id of its oldest message; those after it follow without a gap."""
    return mailbox_id * APART


def _put(deps: Deps, letters: Sequence[_Letter]) -> None:
    with deps.store.write() as db:
        for table in (MessageRow, MessageBytesRow, MessageContentsRow, SearchEntryRow):
            db.connection().execute(insert(table), [letter[table] for letter in letters])


def _letter(
    chance: random.Random, place: Mapping[str, int], number: int, later: timedelta
) -> _Letter:
    message_id = first_id(place["mailbox_id"]) + number
    subject, words = _some(chance, 6), _some(chance, 60)
    files = [f"w{chance.randrange(WORDS)}.pdf"] if chance.random() < 0.1 else []
    message = {
        **place,
        "id": message_id,
        "uid": number + 1,
        "subject": subject,
        "sender": f"Person{chance.randrange(300)} <p@example.org>",
        "recipients": "me@example.org",
        "arrived_at": START + later,
        "size": 1000,
        "digest": b"",
        "seen": chance.random() < 0.9,
        "server_seen": True,
        "flags": "",
        "examined_at": START + later,
        "attached": bool(files),
        "thread_id": _thread(message_id),
    }
    contents = {
        "message_id": message_id,
        "preview": words[:60],
        "body_text": words,
        "attachments": [{"name": name} for name in files],
    }
    raw = f"From: p@example.org\r\nSubject: {subject}\r\n\r\n{words}\r\n".encode()
    return {
        MessageRow: message,
        MessageBytesRow: {"message_id": message_id, "raw": raw},
        MessageContentsRow: contents,
        SearchEntryRow: {"message_id": message_id, "indexed": False},
    }


def _thread(message_id: int) -> int | None:
    """Of six messages the first three are a conversation, and the others stand alone."""
    first = message_id - message_id % (2 * TOGETHER)
    return first if message_id - first < TOGETHER else None


def _some(chance: random.Random, count: int) -> str:
    return " ".join(f"w{int(WORDS ** chance.random())}" for _ in range(count))
