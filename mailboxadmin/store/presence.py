"""Which messages of a folder are on the server, as far as we know, and under which UID."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.base import rows_changed
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables import MessageRow


def stored_uids(db: Session, folder_id: int) -> dict[int, bool]:
    """The UIDs we have of a folder, and whether each is still on the server as far as we know."""
    rows = db.execute(
        select(MessageRow.uid, MessageRow.removed_at.is_(None)).where(
            MessageRow.folder_id == folder_id, MessageRow.uid.is_not(None)
        )
    )
    return {uid: present for uid, present in rows if uid is not None}


def count_present(db: Session, folder_id: int) -> int:
    """Messages of a folder that have a UID and were not removed."""
    return db.scalar(select(func.count()).where(*present(folder_id))) or 0


def set_presence(
    db: Session, folder_id: int, uids: Iterable[int], *, removed_at: datetime | None
) -> None:
    """Mark messages as gone from the server, or as there again after all."""
    for some in slices(uids):
        db.execute(
            update(MessageRow)
            .where(MessageRow.folder_id == folder_id, MessageRow.uid.in_(some))
            .values(removed_at=removed_at)
        )


def forget_uids(db: Session, folder_id: int) -> int:
    """The folder's UIDs mean nothing any more; how many messages now wait to be matched."""
    db.execute(
        # Nothing is known of these but the number that has just lost its meaning.
        delete(MessageRow).where(MessageRow.folder_id == folder_id, unfinished())
    )
    changed = db.execute(
        update(MessageRow)
        .where(MessageRow.folder_id == folder_id, MessageRow.uid.is_not(None))
        .values(uid=None)
    )
    return rows_changed(changed)


def remove_unmatched(db: Session, folder_id: int, now: datetime) -> int:
    """All bytes of the folder were seen: what still has no UID is gone from the server."""
    removed = db.execute(
        update(MessageRow)
        .where(
            MessageRow.folder_id == folder_id,
            MessageRow.uid.is_(None),
            MessageRow.removed_at.is_(None),
        )
        .values(removed_at=now)
    )
    return rows_changed(removed)


def present(folder_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is true of the messages of a folder that are on the server."""
    return (
        MessageRow.folder_id == folder_id,
        MessageRow.uid.is_not(None),
        MessageRow.removed_at.is_(None),
    )


def unfinished() -> ColumnElement[bool]:
    """What is true of messages whose bytes are not here: refused, or still on their way."""
    return or_(MessageRow.refused_at.is_not(None), MessageRow.expected_size.is_not(None))
