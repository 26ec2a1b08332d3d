"""Messages one after the other, without holding all of a mailbox or a transaction in between."""

from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from mailboxadmin.store.messages_list import Copied
from mailboxadmin.store.tables_mail import (
    FolderRow,
    MessageBytesRow,
    MessagePartRow,
    MessageRow,
)


def count_here(db: Session, mailbox_id: int) -> int:
    """How many messages of a mailbox are here and on the server."""
    query = select(func.coalesce(func.sum(FolderRow.messages), 0))
    return db.scalar(query.where(FolderRow.mailbox_id == mailbox_id)) or 0


def next_to_export(
    db: Session, mailbox_id: int, after: tuple[datetime, int] | None, limit: int
) -> list[Copied]:
    """Messages in the order of arrival, without those removed.

    Args:
        after: arrival and id of the last one before.
    """
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
        .where(MessageRow.mailbox_id == mailbox_id, MessageRow.removed_at.is_(None))
        .order_by(MessageRow.arrived_at, MessageRow.id)
        .limit(limit)
    )
    if after is not None:
        place = tuple_(MessageRow.arrived_at, MessageRow.id)
        # The first half again, because the index knows only that.
        query = query.where(MessageRow.arrived_at >= after[0], place > after)
    return [Copied(*row) for row in db.execute(query)]


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
