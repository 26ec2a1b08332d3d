"""The folders that the inbox offers, each with what it holds."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mailboxadmin.domain.inbox import COUNTED, InboxFolder
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.store.tables import MailboxRow
from mailboxadmin.store.tables_mail import UNREAD, FolderRow, MessageRow, ReadChangeRow


class Signs(NamedTuple):
    """What changes when anything in the list may have."""

    last_success_at: datetime | None
    state: str
    messages: int
    #: The highest id: a message that comes and one that goes do not make up for each other.
    last_id: int
    pending: int


def inbox_folders(db: Session, mailbox_id: int) -> list[InboxFolder]:
    """Every folder of a mailbox, by its name, INBOX first."""
    some = (
        select(MessageRow.id)
        .where(MessageRow.folder_id == FolderRow.id, text(UNREAD))
        .limit(COUNTED)
        .correlate(FolderRow)
        .subquery()
    )
    unread = select(func.count()).select_from(some).scalar_subquery()
    rows = db.execute(
        select(FolderRow.id, FolderRow.name, FolderRow.special_use, FolderRow.messages, unread)
        .where(FolderRow.mailbox_id == mailbox_id)
        .order_by(FolderRow.name != "INBOX", FolderRow.name)
    )
    return [
        InboxFolder(
            id=row_id,
            name=name,
            special_use=SpecialUse(use) if use else None,
            messages=messages,
            unread=count,
        )
        for row_id, name, use, messages, count in rows
    ]


def signs_of(db: Session, mailbox_id: int) -> Signs:
    """What tells cheaply whether the list is still as it was."""
    newest = (
        select(MessageRow.id)
        .where(MessageRow.mailbox_id == mailbox_id)
        .order_by(MessageRow.arrived_at.desc(), MessageRow.uid.desc())
        .limit(1)
    )
    messages = select(func.coalesce(func.sum(FolderRow.messages), 0)).where(
        FolderRow.mailbox_id == mailbox_id
    )
    pending = select(func.count()).where(ReadChangeRow.mailbox_id == mailbox_id)
    row = db.execute(
        select(
            MailboxRow.last_success_at,
            MailboxRow.state,
            messages.scalar_subquery(),
            func.coalesce(newest.scalar_subquery(), 0),
            pending.scalar_subquery(),
        ).where(MailboxRow.id == mailbox_id)
    ).one()
    return Signs(*row)
