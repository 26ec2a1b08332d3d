"""Messages without a UID: imported ones, and those whose folder was numbered anew."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import MessageRow


class Unmatched(NamedTuple):
    """A message that the server may have."""

    id: int
    #: With the angle brackets.
    message_id: str


def to_search(db: Session, folder_id: int, before: datetime, *, limit: int) -> list[Unmatched]:
    """Those of a folder that were not searched for since `before`, the newest first."""
    rows = db.execute(
        select(MessageRow.id, MessageRow.message_id)
        .where(
            MessageRow.folder_id == folder_id,
            MessageRow.uid.is_(None),
            MessageRow.removed_at.is_(None),
            MessageRow.message_id.is_not(None),
            or_(MessageRow.searched_at.is_(None), MessageRow.searched_at < before),
        )
        .order_by(MessageRow.arrived_at.desc(), MessageRow.id.desc())
        .limit(limit)
    )
    return [Unmatched(row_id, text) for row_id, text in rows if text is not None]


def note_searched(db: Session, ids: Iterable[int], now: datetime) -> None:
    """The server was asked for these."""
    for some in slices(ids):
        db.execute(update(MessageRow).where(MessageRow.id.in_(some)).values(searched_at=now))
