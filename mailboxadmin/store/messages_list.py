"""Messages as a person reads them: in a list, one by one."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import Listed
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import FolderRow, MessageRow


def folder_named(db: Session, mailbox_id: int, name: str) -> int | None:
    """The id of a folder of that mailbox; None when it has none of that name."""
    return db.scalar(
        select(FolderRow.id).where(FolderRow.mailbox_id == mailbox_id, FolderRow.name == name)
    )


def list_messages(
    db: Session, mailbox_id: int, *, folder_id: int | None, limit: int
) -> tuple[Listed, ...]:
    """Messages of a mailbox, newest first by arrival, then UID; removed ones too."""
    query = (
        select(MessageRow, FolderRow.name)
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .where(MessageRow.mailbox_id == mailbox_id)
        .order_by(
            MessageRow.arrived_at.desc(), MessageRow.uid.desc().nulls_last(), MessageRow.id.desc()
        )
        .limit(limit)
    )
    if folder_id is not None:
        query = query.where(MessageRow.folder_id == folder_id)
    return tuple(_listed(row, folder) for row, folder in db.execute(query))


def known_ids(db: Session, mailbox_id: int, ids: Sequence[int]) -> set[int]:
    """Those of `ids` that are messages of that mailbox."""
    known: set[int] = set()
    for some in slices(ids):
        query = select(MessageRow.id).where(
            # Reckoned with, so that SQLite goes by the ids and not through the whole mailbox.
            MessageRow.mailbox_id + 0 == mailbox_id,
            MessageRow.id.in_(some),
        )
        known.update(db.scalars(query))
    return known


def on_the_server(db: Session, mailbox_id: int, ids: Sequence[int]) -> tuple[list[int], int]:
    """Those of the messages that are that mailbox's and on its server; how many are not there."""
    own: list[int] = []
    there: set[int] = set()
    for some in slices(dict.fromkeys(ids)):
        rows = db.execute(
            select(MessageRow.id, MessageRow.removed_at, MessageRow.imported_at).where(
                MessageRow.mailbox_id + 0 == mailbox_id, MessageRow.id.in_(some)
            )
        )
        for row_id, removed_at, imported_at in rows:
            own.append(row_id)
            if removed_at is None and imported_at is None:
                there.add(row_id)
    return [each for each in own if each in there], len(own) - len(there)


def set_seen(db: Session, ids: Iterable[int], *, seen: bool) -> list[int]:
    """Show messages as read or unread; those that were shown otherwise before.

    What the server said last stays as it is, so that this holds until that changes.
    """
    changed: list[int] = []
    for some in slices(ids):
        otherwise = (
            update(MessageRow)
            .where(MessageRow.id.in_(some), MessageRow.seen.is_(not seen))
            .values(seen=seen)
            .returning(MessageRow.id)
        )
        changed += db.scalars(otherwise)
    return changed


def _listed(row: MessageRow, folder: str) -> Listed:
    return Listed(
        id=row.id,
        folder=folder,
        uid=row.uid,
        message_id=row.message_id,
        subject=row.subject,
        sender=row.sender,
        date=row.sent_at or row.arrived_at,
        seen=row.seen,
        size=row.size,
        removed=row.removed_at is not None,
    )
