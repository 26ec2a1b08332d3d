"""What a list of search results shows of each message."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mailboxadmin.store.base import Instant
from mailboxadmin.store.inbox_lines import what_waits
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import FolderRow, MessageContentsRow, MessageRow

#: Of a text that is looked at for what to show of it; the index knows all of it.
LOOKED_AT_CHARS = 20_000


class FoundMessage(NamedTuple):
    """A message, and the beginning of its text."""

    id: int
    #: Where the server has it, as far as we know, and the folder that it is to be moved to.
    folder: str
    moving_to: str | None
    subject: str
    sender: str
    date: datetime
    seen: bool
    flagged: bool
    text: str
    #: The names of what is enclosed; empty ones for what has none.
    attachments: tuple[str, ...]


def shown_among(db: Session, mailbox_id: int, ids: Sequence[int], *, unread: bool) -> set[int]:
    """Those of the messages that are of that mailbox, on the server, and unread if so wanted."""
    shown: set[int] = set()
    for some in slices(ids):
        query = select(MessageRow.id).where(
            MessageRow.id.in_(some),
            _of(mailbox_id),
            MessageRow.removed_at.is_(None),
        )
        shown.update(db.scalars(query.where(MessageRow.seen.is_(False)) if unread else query))
    return shown


def found_messages(db: Session, mailbox_id: int, ids: Sequence[int]) -> dict[int, FoundMessage]:
    """Messages of that mailbox by their ids."""
    _, moving_to, _ = what_waits()
    query = (
        # Columns, because objects of the session cost more than all the rest.
        select(
            MessageRow.id,
            FolderRow.name.label("folder"),
            moving_to.label("moving_to"),
            MessageRow.subject,
            MessageRow.sender,
            func.coalesce(MessageRow.sent_at, MessageRow.arrived_at, type_=Instant).label("date"),
            MessageRow.seen,
            MessageRow.flagged,
            func.substr(MessageContentsRow.body_text, 1, LOOKED_AT_CHARS).label("text"),
            MessageContentsRow.attachments,
        )
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .outerjoin(MessageContentsRow, MessageContentsRow.message_id == MessageRow.id)
        .where(MessageRow.id.in_(ids), _of(mailbox_id))
    )
    return {
        row.id: FoundMessage(
            id=row.id,
            folder=row.folder,
            moving_to=row.moving_to,
            subject=row.subject,
            sender=row.sender,
            date=row.date,
            seen=row.seen,
            flagged=row.flagged,
            text=row.text or "",
            attachments=tuple(str(each.get("name") or "") for each in row.attachments or ()),
        )
        for row in db.execute(query)
    }


def _of(mailbox_id: int) -> ColumnElement[bool]:
    """Of that mailbox; written so that SQLite goes by the ids, not through the whole mailbox."""
    return MessageRow.mailbox_id + 0 == mailbox_id
