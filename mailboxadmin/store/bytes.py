"""A message's bytes: in one piece, or in parts when it is big.

A big message is never in memory whole: its parts arrive one by one, each in a
transaction of its own, and are read the same way. Until the last one is there, the
message has no bytes that anybody may use.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables_mail import MessageBytesRow, MessagePartRow, MessageRow


def raw_bytes(db: Session, message_id: int) -> bytes | None:
    """A message byte for byte, whole in memory; None when its bytes are not here."""
    raw = db.scalar(select(MessageBytesRow.raw).where(MessageBytesRow.message_id == message_id))
    if raw is not None:
        return raw
    return b"".join(raw_parts(db, message_id)) or None


def raw_of(db: Session, message_ids: Sequence[int]) -> dict[int, bytes]:
    """Messages byte for byte, whole in memory, by their ids; those whose bytes are here."""
    rows = db.execute(
        select(MessageBytesRow.message_id, MessageBytesRow.raw).where(
            MessageBytesRow.message_id.in_(message_ids)
        )
    )
    raws = dict(rows.all())
    for message_id in set(message_ids) - raws.keys():
        if (raw := raw_bytes(db, message_id)) is not None:
            raws[message_id] = raw
    return raws


def raw_parts(db: Session, message_id: int) -> Iterator[bytes]:
    """The bytes in order, at most a part at a time; nothing when they are not here."""
    raw = db.scalar(select(MessageBytesRow.raw).where(MessageBytesRow.message_id == message_id))
    if raw is not None:
        yield raw
        return
    numbers = db.scalars(
        select(MessagePartRow.number)
        .join(MessageRow, MessageRow.id == MessagePartRow.message_id)
        .where(MessagePartRow.message_id == message_id, MessageRow.expected_size.is_(None))
        .order_by(MessagePartRow.number)
    ).all()
    for number in numbers:
        part = select(MessagePartRow.raw).where(
            MessagePartRow.message_id == message_id, MessagePartRow.number == number
        )
        yield db.scalars(part).one()
