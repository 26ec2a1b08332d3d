"""Big messages on their way: a row that is listed at once, and the parts that are here.

    begin --> add_part, add_part, ... --> complete     (or dropped, when it has vanished)

A row has `expected_size` until the last part is here; whoever reads bytes passes it by.
"""

from collections.abc import Iterator

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from mailboxadmin.store.flags import clicked_among, take_flags
from mailboxadmin.store.message_counts import count_added
from mailboxadmin.store.messages import NewMessage, columns, newest_first
from mailboxadmin.store.tables_mail import MessagePartRow, MessageRow

#: Of a message that is not whole; equals no digest.
NO_DIGEST = b""


def arriving(db: Session, folder_id: int) -> list[int]:
    """The UIDs of those that are not whole yet, newest first."""
    rows = db.execute(
        select(MessageRow.uid, MessageRow.removed_at).where(
            MessageRow.folder_id == folder_id, MessageRow.expected_size.is_not(None)
        )
    )
    return newest_first((uid, removed_at) for uid, removed_at in rows)


def begin_big(
    db: Session, mailbox_id: int, folder_id: int, message: NewMessage, *, size: int
) -> int:
    """List a message whose first part is in `message.raw`; its row's id.

    Args:
        size: in bytes, as the server announced it.
    """
    values = columns(mailbox_id, folder_id, message)
    values |= {"size": size, "expected_size": size, "digest": NO_DIGEST}
    count_added(db, [folder_id])
    return db.execute(insert(MessageRow).values(values).returning(MessageRow.id)).scalar_one()


def add_part(db: Session, message_id: int, number: int, raw: bytes) -> None:
    """The next part."""
    db.execute(insert(MessagePartRow).values(message_id=message_id, number=number, raw=raw))


def big_in(db: Session, folder_id: int, uid: int) -> int | None:
    """The row of a message that is on its way; None when none is."""
    return db.scalar(
        select(MessageRow.id).where(
            MessageRow.folder_id == folder_id,
            MessageRow.uid == uid,
            MessageRow.expected_size.is_not(None),
        )
    )


def parts_here(db: Session, message_id: int) -> Iterator[bytes]:
    """The parts that are here so far, one after the other in memory."""
    here = MessagePartRow.message_id == message_id
    for number in range(db.scalar(select(func.count()).where(here)) or 0):
        yield db.scalars(
            select(MessagePartRow.raw).where(here, MessagePartRow.number == number)
        ).one()


def complete_big(db: Session, message_id: int, *, size: int, digest: bytes) -> bool:
    """All parts are here; False when the message was known by its bytes, under no UID."""
    row = db.get_one(MessageRow, message_id)
    known = db.scalar(
        select(MessageRow)
        .where(
            MessageRow.folder_id == row.folder_id,
            MessageRow.uid.is_(None),
            MessageRow.digest == digest,
            # Those are matched apart, and said to be found.
            MessageRow.imported_at.is_(None),
        )
        .order_by(MessageRow.removed_at.is_not(None), MessageRow.id)
        .limit(1)
    )
    if known is None:
        row.size, row.digest, row.expected_size = size, digest, None
        return True
    uid, flags = row.uid, frozenset(row.flags.split())
    drop_big(db, message_id)
    known.uid, known.removed_at = uid, None
    take_flags(known, flags, clicked_among(db, [known.id]))
    return False


def drop_big(db: Session, message_id: int) -> None:
    """Forget what came of a message."""
    db.execute(delete(MessageRow).where(MessageRow.id == message_id))
