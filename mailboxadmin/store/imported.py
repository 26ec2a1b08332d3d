"""Imported messages, found on the server: they get the UID that they lack.

    Message-ID and size as the server has them  -- several? --> the same date, then the
    (without a Message-ID: the same bytes)                      nearest arrival, then the oldest row

One whose Date header says otherwise is another message. What is found is the server's
from then on: its folder, its arrival, its flags and, where they differ, its bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import Headers
from mailboxadmin.store.flags import clicked_among, take_flags
from mailboxadmin.store.tables_mail import (
    MessageBytesRow,
    MessageContentsRow,
    MessagePartRow,
    MessageRow,
)

if TYPE_CHECKING:
    # It calls what is here.
    from mailboxadmin.store.messages import NewMessage


def match_imported(
    db: Session, mailbox_id: int, folder_id: int, messages: Sequence["NewMessage"]
) -> dict[int, int]:
    """Give imported messages the UID under which they were just fetched; row ids by UID.

    In the transaction that stores the batch, before the others are added as new.
    """
    whole = [each for each in messages if each.refused_at is None]
    waiting = _candidates(db, mailbox_id, whole)
    if not waiting:
        return {}
    pairs = sorted(
        (
            (_unlikeness(row, each.digest, each.headers, each.arrived_at), each.uid, row.id)
            for each in whole
            for row in waiting
            if _is_alike(row, len(each.raw), each.digest, each.headers)
        ),
    )
    given: dict[int, int] = {}
    for _, uid, row_id in pairs:
        if uid not in given and row_id not in given.values():
            given[uid] = row_id
    clicked = clicked_among(db, given.values())
    rows = {row.id: row for row in waiting}
    for each in whole:
        if each.uid in given:
            row = rows[given[each.uid]]
            _take_bytes(db, row, each)
            _take_place(row, folder_id, each.uid, each.arrived_at)
            take_flags(row, each.flags, clicked)
    db.flush()
    return given


def match_big(db: Session, message_id: int) -> int | None:
    """The same for a big message that has just become whole: the imported row it is now.

    Its own row, of that id, is dropped then. In the transaction that completes it.
    """
    big = db.get_one(MessageRow, message_id)
    headers = _headers_of(big)
    found = [
        row
        for row in _waiting(db, big.mailbox_id, [headers.message_id])
        if _is_alike(row, big.size, big.digest, headers)
    ]
    if not found or big.uid is None:
        return None
    row = min(
        found, key=lambda each: (_unlikeness(each, big.digest, headers, big.arrived_at), each.id)
    )
    folder_id, uid, arrived_at = big.folder_id, big.uid, big.arrived_at
    flags = frozenset(big.flags.split())
    if row.digest != big.digest:
        _forget_bytes(db, row)
        db.execute(
            update(MessagePartRow)
            .where(MessagePartRow.message_id == big.id)
            .values(message_id=row.id)
        )
        _take_headers(row, big.size, big.digest, headers)
    db.execute(delete(MessageRow).where(MessageRow.id == big.id))
    _take_place(row, folder_id, uid, arrived_at)
    take_flags(row, flags, clicked_among(db, [row.id]))
    db.flush()
    return row.id


def _candidates(db: Session, mailbox_id: int, messages: Sequence["NewMessage"]) -> list[MessageRow]:
    return _waiting(db, mailbox_id, [each.headers.message_id for each in messages])


def _waiting(db: Session, mailbox_id: int, message_ids: Iterable[str | None]) -> list[MessageRow]:
    """Imported rows with one of these Message-IDs; with none, where None is among them."""
    texts = set(message_ids)
    named = select(MessageRow).where(
        *_unmatched(mailbox_id), MessageRow.message_id.in_(texts - {None})
    )
    nameless = select(MessageRow).where(*_unmatched(mailbox_id), MessageRow.message_id.is_(None))
    # Two questions, because for one with OR the index is read from end to end.
    return [*db.scalars(named), *(db.scalars(nameless) if None in texts else ())]


def _unmatched(mailbox_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is true of imported messages that are whole and were not found on the server."""
    return (
        MessageRow.mailbox_id == mailbox_id,
        MessageRow.uid.is_(None),
        MessageRow.imported_at.is_not(None),
        MessageRow.expected_size.is_(None),
    )


def _is_alike(row: MessageRow, size: int, digest: bytes, headers: Headers) -> bool:
    if row.digest == digest:
        return True
    if headers.message_id is None or row.message_id != headers.message_id or row.size != size:
        return False
    return None in (row.sent_at, headers.sent_at) or row.sent_at == headers.sent_at


def _unlikeness(
    row: MessageRow, digest: bytes, headers: Headers, arrived_at: datetime
) -> tuple[bool, bool, float]:
    """Less is better: the bytes, the date, how far apart they arrived."""
    apart = abs((row.arrived_at - arrived_at).total_seconds())
    return row.digest != digest, row.sent_at != headers.sent_at, apart


def _take_place(row: MessageRow, folder_id: int, uid: int, arrived_at: datetime) -> None:
    row.folder_id, row.uid, row.arrived_at = folder_id, uid, arrived_at
    # It is one of the server's now, also when the folder is numbered anew.
    row.imported_at = row.removed_at = None


def _take_bytes(db: Session, row: MessageRow, message: "NewMessage") -> None:
    if row.digest == message.digest:
        return
    _forget_bytes(db, row)
    db.execute(insert(MessageBytesRow).values(message_id=row.id, raw=message.raw))
    _take_headers(row, len(message.raw), message.digest, message.headers)


def _forget_bytes(db: Session, row: MessageRow) -> None:
    """And what was taken out of them."""
    for table in (MessageBytesRow, MessagePartRow, MessageContentsRow):
        db.execute(delete(table).where(table.message_id == row.id))
    row.examined_at = None


def _take_headers(row: MessageRow, size: int, digest: bytes, headers: Headers) -> None:
    row.size, row.digest = size, digest
    row.message_id, row.subject = headers.message_id, headers.subject
    row.sender, row.recipients = headers.sender, headers.recipients
    row.sent_at, row.problem = headers.sent_at, headers.problem


def _headers_of(row: MessageRow) -> Headers:
    return Headers(
        message_id=row.message_id,
        subject=row.subject,
        sender=row.sender,
        recipients=row.recipients,
        sent_at=row.sent_at,
        problem=row.problem,
    )
