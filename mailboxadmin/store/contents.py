"""What the second pass works on and what it leaves.

A message waits until it was examined once; its bytes never change, so that is enough.
One that is too large to be examined has no row of contents: nothing was taken out of it,
and nothing is known of what is enclosed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.contents import Contents
from mailboxadmin.store.tables_mail import FolderRow, MessageContentsRow, MessageRow
from mailboxadmin.store.threads import join_threads

# In these words, because an index holds exactly these rows.
_WAITS: tuple[ColumnElement[bool], ...] = (
    MessageRow.examined_at.is_(None),
    MessageRow.refused_at.is_(None),
    MessageRow.expected_size.is_(None),
)


class Waiting(NamedTuple):
    """A message that was not examined yet."""

    id: int
    #: In bytes.
    size: int


class Troubled(NamedTuple):
    """A message in which something could not be read."""

    id: int
    mailbox_id: int
    folder: str
    uid: int | None
    size: int


def next_mailbox(db: Session, after: int) -> int | None:
    """The mailbox with the next higher id in which messages wait; None when there is none."""
    return db.scalar(
        select(MessageRow.mailbox_id)
        .where(MessageRow.mailbox_id > after, *_WAITS)
        .order_by(MessageRow.mailbox_id)
        .limit(1)
    )


def newest_waiting(db: Session, mailbox_id: int, limit: int) -> list[Waiting]:
    """Those of a mailbox that arrived last, the newest first."""
    rows = db.execute(
        select(MessageRow.id, MessageRow.size)
        .where(MessageRow.mailbox_id == mailbox_id, *_WAITS)
        .order_by(MessageRow.arrived_at.desc(), MessageRow.id.desc())
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def count_waiting(db: Session, mailbox_id: int) -> int:
    """How many messages of a mailbox wait."""
    query = select(func.count()).where(MessageRow.mailbox_id == mailbox_id, *_WAITS)
    return db.scalar(query) or 0


def store_contents(db: Session, examined: Mapping[int, Contents | None], now: datetime) -> set[int]:
    """Keep what was taken out of messages, by their ids; None of one that is too large.

    Returns:
        The messages that still waited: the others are gone, or another process was faster.
    """
    query = select(MessageRow.id).where(MessageRow.id.in_(examined), *_WAITS)
    waited = set(db.scalars(query))
    rows = [
        _columns(message_id, contents)
        for message_id, contents in examined.items()
        if message_id in waited and contents is not None
    ]
    if rows:
        # Whoever wants a message examined anew only has to let it wait again.
        db.connection().execute(insert(MessageContentsRow).prefix_with("OR REPLACE"), rows)
    db.execute(update(MessageRow).where(MessageRow.id.in_(waited)).values(examined_at=now))
    _list_anew(db, {each: examined[each] for each in sorted(waited)})
    return waited


def _list_anew(db: Session, examined: Mapping[int, Contents | None]) -> None:
    """What the list shows of it besides: whether files are enclosed, and the conversation."""
    found = {each: contents for each, contents in examined.items() if contents is not None}
    attached = [each for each, contents in found.items() if contents.attached]
    if attached:
        db.execute(update(MessageRow).where(MessageRow.id.in_(attached)).values(attached=True))
    links: defaultdict[int, dict[int, tuple[int, ...]]] = defaultdict(dict)
    owners = select(MessageRow.id, MessageRow.mailbox_id).where(MessageRow.id.in_(found))
    for message_id, mailbox_id in db.execute(owners):
        links[mailbox_id][message_id] = found[message_id].links
    for mailbox_id, of_messages in links.items():
        join_threads(db, mailbox_id, of_messages)


def troubled(db: Session, ids: Sequence[int]) -> list[Troubled]:
    """Those of the messages of which nothing bad was said when they were stored."""
    query = (
        select(
            MessageRow.id, MessageRow.mailbox_id, FolderRow.name, MessageRow.uid, MessageRow.size
        )
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .where(MessageRow.id.in_(ids), MessageRow.problem.is_(None))
        .order_by(MessageRow.id)
    )
    return [Troubled(*row) for row in db.execute(query)]


def _columns(message_id: int, contents: Contents) -> dict[str, object]:
    return {
        "message_id": message_id,
        "preview": contents.preview,
        "body_text": contents.body_text,
        "attachments": [asdict(each) for each in contents.attachments],
        "problem": contents.problem,
    }
