"""The folders that the inbox offers, each with what it holds."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, exists, func, or_, select, text
from sqlalchemy.orm import Session

from mailboxadmin.domain.inbox import COUNTED, InboxFolder
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.store.moves import moving
from mailboxadmin.store.tables import MailboxRow
from mailboxadmin.store.tables_filing import ChangeRow
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
        select(
            FolderRow.id,
            FolderRow.name,
            FolderRow.special_use,
            FolderRow.messages,
            unread,
            _opened(),
        )
        .where(FolderRow.mailbox_id == mailbox_id)
        .order_by(FolderRow.name != "INBOX", FolderRow.name)
    )
    on_the_way = _on_the_way(db, mailbox_id)
    return [
        InboxFolder(
            id=row_id,
            name=name,
            special_use=SpecialUse(use) if use else None,
            messages=max(messages + on_the_way[row_id].messages, 0),
            unread=max(count + on_the_way[row_id].unread, 0),
            opened=bool(opened),
        )
        for row_id, name, use, messages, count, opened in rows
    ]


@dataclass(slots=True)
class _More:
    """How many more messages a folder shows than the server has in it."""

    messages: int = 0
    unread: int = 0


def _on_the_way(db: Session, mailbox_id: int) -> defaultdict[int, _More]:
    more: defaultdict[int, _More] = defaultdict(_More)
    for each in moving(db, mailbox_id):
        for folder_id, by in ((each.folder_id, -1), (each.target_id, 1)):
            more[folder_id].messages += by
            more[folder_id].unread += by * (not each.seen)
    return more


def _opened() -> ColumnElement[bool]:
    """Its mail was fetched, or imported; not only moved there (`moves.hold_validity`)."""
    imported = exists().where(
        MessageRow.folder_id == FolderRow.id, MessageRow.imported_at.is_not(None)
    )
    return case(
        (or_(FolderRow.last_uid > 0, FolderRow.last_success_at.is_not(None)), True),
        (FolderRow.uid_validity.is_(None), FolderRow.messages > 0),
        # Asked of these only, which are small.
        else_=imported,
    )


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
    clicks = select(func.count()).where(ReadChangeRow.mailbox_id == mailbox_id)
    # One that failed counts otherwise than one that waits.
    changes = select(func.count() + func.count(ChangeRow.failed_at)).where(
        ChangeRow.mailbox_id == mailbox_id
    )
    row = db.execute(
        select(
            MailboxRow.last_success_at,
            MailboxRow.state,
            messages.scalar_subquery(),
            func.coalesce(newest.scalar_subquery(), 0),
            clicks.scalar_subquery() + changes.scalar_subquery(),
        ).where(MailboxRow.id == mailbox_id)
    ).one()
    return Signs(*row)
