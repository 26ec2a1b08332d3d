"""Mail that was removed on the server: which mailboxes have any, and deleting it for good."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.overwriting import overwriting
from mailboxadmin.store.tables import MailboxRow
from mailboxadmin.store.tables_mail import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A mailbox with removed mail, and what its owner was told last."""

    mailbox_id: int
    days: int | None
    purge_from: datetime | None


def with_removed(db: Session, mailbox_id: int | None = None) -> list[Told]:
    """The mailboxes that have removed mail; only that one, when it has any."""
    removed = exists().where(
        MessageRow.mailbox_id == MailboxRow.id, MessageRow.removed_at.is_not(None)
    )
    query = select(MailboxRow.id, MailboxRow.purge_days, MailboxRow.purge_from).where(removed)
    if mailbox_id is not None:
        query = query.where(MailboxRow.id == mailbox_id)
    return [Told(mailbox_id=row[0], days=row[1], purge_from=row[2]) for row in db.execute(query)]


def note_told(db: Session, mailbox_id: int, days: int, purge_from: datetime) -> None:
    """Remember what an owner was told."""
    db.execute(
        update(MailboxRow)
        .where(MailboxRow.id == mailbox_id)
        .values(purge_days=days, purge_from=purge_from)
    )


def forget_told(db: Session) -> None:
    """Nothing is to be deleted any more."""
    told = update(MailboxRow).where(MailboxRow.purge_days.is_not(None))
    db.execute(told.values(purge_days=None, purge_from=None))


def count_removed(db: Session, mailbox_id: int, before: datetime) -> int:
    """Messages of a mailbox that were removed before that."""
    query = select(func.count()).where(
        MessageRow.mailbox_id == mailbox_id, MessageRow.removed_at < before
    )
    return db.scalar(query) or 0


def delete_removed(db: Session, mailbox_id: int, before: datetime, limit: int) -> int:
    """Delete up to `limit` messages that were removed before that; how many there were."""
    doomed = (
        select(MessageRow.id)
        .where(MessageRow.mailbox_id == mailbox_id, MessageRow.removed_at < before)
        .limit(limit)
    )
    with overwriting(db):
        gone = delete(MessageRow).where(MessageRow.id.in_(doomed)).returning(MessageRow.id)
        return len(db.scalars(gone).all())
