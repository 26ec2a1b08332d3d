"""What an export reads: its messages, all at once or some at a time, and the bytes of each."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from mailboxadmin.store.tables_mail import (
    FolderRow,
    MessageBytesRow,
    MessagePartRow,
    MessageRow,
)


class Copied(NamedTuple):
    """What an export needs to know of a message before it reads the bytes."""

    id: int
    folder: str
    #: None for a message that no sync has matched yet.
    uid: int | None
    arrived_at: datetime
    #: What is shown, which a local click may have changed.
    seen: bool
    #: As the server gave them, separated by spaces.
    flags: str


def count_here(db: Session, mailbox_id: int) -> int:
    """How many messages of a mailbox are here and on the server."""
    query = select(func.coalesce(func.sum(FolderRow.messages), 0))
    return db.scalar(query.where(FolderRow.mailbox_id == mailbox_id)) or 0


def to_copy(db: Session, mailbox_id: int, *, removed: bool) -> list[Copied]:
    """Every message of a mailbox in the order of arrival, with those removed if wanted."""
    narrowed = () if removed else (MessageRow.removed_at.is_(None),)
    return _in_order(db, mailbox_id, *narrowed)


def next_to_export(
    db: Session, mailbox_id: int, after: tuple[datetime, int] | None, limit: int
) -> list[Copied]:
    """Messages in the order of arrival, without those removed.

    Args:
        after: arrival and id of the last one before.
    """
    narrowed: list[ColumnElement[bool]] = [MessageRow.removed_at.is_(None)]
    if after is not None:
        # The first half again, because the index knows only that.
        narrowed.append(MessageRow.arrived_at >= after[0])
        narrowed.append(tuple_(MessageRow.arrived_at, MessageRow.id) > after)
    return _in_order(db, mailbox_id, *narrowed, limit=limit)


def piece_of(db: Session, message_id: int, number: int) -> bytes | None:
    """A piece of a message's bytes, from 0; None after the last, and while they are not here."""
    if number == 0:
        raw = db.scalar(select(MessageBytesRow.raw).where(MessageBytesRow.message_id == message_id))
        if raw is not None:
            return raw
    return db.scalar(
        select(MessagePartRow.raw)
        .join(MessageRow, MessageRow.id == MessagePartRow.message_id)
        .where(
            MessagePartRow.message_id == message_id,
            MessagePartRow.number == number,
            MessageRow.expected_size.is_(None),
        )
    )


def _in_order(
    db: Session, mailbox_id: int, *narrowed: ColumnElement[bool], limit: int | None = None
) -> list[Copied]:
    query = (
        select(
            MessageRow.id,
            FolderRow.name,
            MessageRow.uid,
            MessageRow.arrived_at,
            MessageRow.seen,
            MessageRow.flags,
        )
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .where(MessageRow.mailbox_id == mailbox_id, *narrowed)
        .order_by(MessageRow.arrived_at, MessageRow.id)
        .limit(limit)
    )
    return [Copied(*row) for row in db.execute(query)]
