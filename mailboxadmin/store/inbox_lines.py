"""What the list shows of its messages, read once their place in it is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.inbox import CONVERSATION, MailLine
from mailboxadmin.domain.sender import read_sender
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import (
    FolderRow,
    MessageContentsRow,
    MessageRow,
    ReadChangeRow,
)


class _Found(NamedTuple):
    id: int
    folder: str
    sender: str
    recipients: str
    subject: str
    preview: str | None
    arrived_at: datetime
    seen: bool
    flagged: bool
    attached: bool
    removed_at: datetime | None
    problem: str | None
    refused_at: datetime | None
    in_part: str | None
    clicked: int | None
    flag_waits: bool | None
    moving_to: str | None
    failed: int | None
    together: int
    unread: int


def read_lines(
    db: Session, mailbox_id: int, ids: Sequence[int], *, threads: bool
) -> tuple[MailLine, ...]:
    """The lines of those messages of a mailbox, in that order; what is gone is left out."""
    query = (
        select(
            MessageRow.id,
            FolderRow.name,
            MessageRow.sender,
            MessageRow.recipients,
            MessageRow.subject,
            MessageContentsRow.preview,
            MessageRow.arrived_at,
            MessageRow.seen,
            MessageRow.flagged,
            MessageRow.attached,
            MessageRow.removed_at,
            MessageRow.problem,
            MessageRow.refused_at,
            MessageContentsRow.problem,
            ReadChangeRow.message_id,
            *what_waits(),
            *(_counts() if threads else (literal_column("1"), literal_column("0"))),
        )
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .outerjoin(MessageContentsRow, MessageContentsRow.message_id == MessageRow.id)
        .outerjoin(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
        # Reckoned with, the mailbox is no way to the rows: SQLite would walk all of its messages.
        .where(MessageRow.id.in_(ids), MessageRow.mailbox_id + 0 == mailbox_id)
    )
    found = {row[0]: _line(_Found._make(row)) for row in db.execute(query)}
    return tuple(found[each] for each in ids if each in found)


def what_waits() -> tuple[ScalarSelect[Any], ScalarSelect[Any], ScalarSelect[Any]]:
    """Of a message: whether its flag waits, the folder that it goes to, how much failed."""
    target = aliased(FolderRow, name="target")
    of_it = ChangeRow.message_id == MessageRow.id
    waits = ChangeRow.failed_at.is_(None)
    flag = select(func.count()).where(of_it, waits, ChangeRow.kind == Kind.FLAG)
    folder = (
        select(target.name)
        .join(ChangeRow, ChangeRow.target_id == target.id)
        .where(of_it, waits, ChangeRow.kind == Kind.MOVE)
    )
    failed = select(func.count()).where(of_it, ChangeRow.failed_at.is_not(None))
    return (
        flag.correlate(MessageRow).scalar_subquery(),
        folder.correlate(MessageRow).scalar_subquery(),
        failed.correlate(MessageRow).scalar_subquery(),
    )


def _counts() -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """How many messages the conversation has, and how many of them are unread."""
    other = aliased(MessageRow, name="other")
    some = (
        select(other.seen)
        .where(
            other.mailbox_id == MessageRow.mailbox_id,
            other.thread_id == MessageRow.thread_id,
            other.thread_id.is_not(None),
            other.removed_at.is_(None),
        )
        .order_by(other.arrived_at.desc())
        .limit(CONVERSATION)
        .correlate(MessageRow)
        .subquery()
    )
    unread = func.coalesce(func.sum(~some.c.seen), 0)
    return (
        select(func.count()).select_from(some).scalar_subquery(),
        select(unread).select_from(some).scalar_subquery(),
    )


def _line(found: _Found) -> MailLine:
    return MailLine(
        id=found.id,
        folder=found.folder,
        sender=read_sender(found.sender),
        recipients=found.recipients,
        subject=found.subject,
        preview=found.preview or "",
        arrived_at=found.arrived_at,
        seen=found.seen,
        flagged=found.flagged,
        attached=found.attached,
        removed=found.removed_at is not None,
        troubled=bool(found.problem or found.in_part or found.refused_at),
        pending=found.clicked is not None or bool(found.flag_waits),
        moving_to=found.moving_to,
        failed=bool(found.failed),
        count=max(found.together, 1),
        unread=found.unread,
    )
