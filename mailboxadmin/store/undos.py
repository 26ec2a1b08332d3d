"""What clicks changed, kept for as long as somebody may want to take one back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from mailboxadmin.store.tables_inbox import UndoRow
from mailboxadmin.store.tables_mail import UNREAD, MessageRow

#: A click can be taken back for so long.
KEPT = timedelta(hours=1)


def put_undo(db: Session, row: UndoRow) -> int:
    """Remember what a click changed, and forget clicks of long ago; its number."""
    long_ago = row.made_at - KEPT
    db.execute(
        delete(UndoRow).where(UndoRow.mailbox_id == row.mailbox_id, UndoRow.made_at < long_ago)
    )
    db.add(row)
    db.flush()
    return row.id


def undo_row(db: Session, mailbox_id: int, undo_id: int, now: datetime) -> UndoRow | None:
    """A click of that mailbox that can be taken back; None when there is none of that number."""
    row = db.get(UndoRow, undo_id)
    if row is None or row.mailbox_id != mailbox_id or row.made_at < now - KEPT:
        return None
    return row


def unread_in(db: Session, mailbox_id: int, folder_id: int, limit: int) -> list[int]:
    """The newest unread messages of a folder of that mailbox."""
    return list(
        db.scalars(
            select(MessageRow.id)
            .where(
                MessageRow.folder_id == folder_id,
                text(UNREAD),
                MessageRow.mailbox_id + 0 == mailbox_id,
            )
            .order_by(MessageRow.arrived_at.desc())
            .limit(limit)
        )
    )


def thread_mates(db: Session, mailbox_id: int, ids: Sequence[int], limit: int) -> list[int]:
    """The messages with those that are in their conversations."""
    threads = select(MessageRow.thread_id).where(
        MessageRow.mailbox_id + 0 == mailbox_id,
        MessageRow.id.in_(ids),
        MessageRow.thread_id.is_not(None),
    )
    return list(
        db.scalars(
            select(MessageRow.id)
            .where(
                MessageRow.mailbox_id == mailbox_id,
                MessageRow.thread_id.in_(threads),
                MessageRow.thread_id.is_not(None),
                MessageRow.removed_at.is_(None),
            )
            .limit(limit)
        )
    )
