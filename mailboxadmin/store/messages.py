"""Messages as a sync writes them: in batches, the bytes beside the list.

A message has its UID of the folder's present UIDVALIDITY. When that changes, all
UIDs are taken away, and each message gets its new one when its bytes are seen
again; the digest tells which is which.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import FLAGGED, SEEN, Headers
from mailboxadmin.store.flags import clicked_among, flag_text, take_flags
from mailboxadmin.store.message_counts import count_added
from mailboxadmin.store.presence import unfinished
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import MessageBytesRow, MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message about to be stored."""

    uid: int
    flags: frozenset[str]
    arrived_at: datetime
    raw: bytes
    #: SHA-256 of the bytes; made once, because it is looked at several times.
    digest: bytes
    headers: Headers
    #: When the server refused to give the bytes; None when they are here.
    refused_at: datetime | None = None


def digest_of(raw: bytes) -> bytes:
    """By what a message is known again when its UID has changed: SHA-256."""
    return hashlib.sha256(raw).digest()


def add_messages(
    db: Session,
    mailbox_id: int,
    folder_id: int,
    messages: Sequence[NewMessage],
    *,
    match: bool = True,
) -> list[NewMessage]:
    """Store a batch; those that are new, the others were known by their bytes.

    Args:
        match: False when it is known that no row of the folder lost its UID.
    """
    known = _match_again(db, folder_id, messages) if match else set()
    fresh = [message for message in messages if message.uid not in known]
    if not fresh:
        return []
    ids = free_ids(db, len(fresh))
    # On the connection: as objects of the session it takes half as long again.
    connection = db.connection()
    connection.execute(
        insert(MessageRow),
        [
            {"id": row_id, **columns(mailbox_id, folder_id, message)}
            for row_id, message in zip(ids, fresh, strict=True)
        ],
    )
    count_added(db, [folder_id] * len(fresh))
    whole = [
        {"message_id": row_id, "raw": message.raw}
        for row_id, message in zip(ids, fresh, strict=True)
        if message.refused_at is None
    ]
    if whole:
        connection.execute(insert(MessageBytesRow), whole)
    return fresh


def free_ids(db: Session, count: int) -> range:
    """Ids for so many rows: SQLite's own next ones, which nobody else takes meanwhile.

    The one place that relies on BEGIN IMMEDIATE for that; a sequence serves elsewhere.
    """
    last = db.scalar(select(func.max(MessageRow.id))) or 0
    return range(last + 1, last + 1 + count)


def refused_before(db: Session, folder_id: int, at: datetime) -> list[int]:
    """UIDs of messages whose bytes the server did not give, last asked before `at`."""
    # Nothing more in the condition: SQLite would walk the folder by UID, not these few.
    rows = db.execute(
        select(MessageRow.uid, MessageRow.removed_at).where(
            MessageRow.folder_id == folder_id, MessageRow.refused_at < at
        )
    )
    return newest_first((uid, removed_at) for uid, removed_at in rows)


def newest_first(rows: Iterable[tuple[int | None, datetime | None]]) -> list[int]:
    """Of UID and removal, the UIDs of those that are on the server."""
    here = (uid for uid, removed_at in rows if uid is not None and removed_at is None)
    return sorted(here, reverse=True)


def forget_unfinished(db: Session, folder_id: int, uids: Iterable[int]) -> set[int]:
    """Drop the rows of those whose bytes are not here, to be stored anew.

    Gives those of them that the server had refused.
    """
    refused: set[int] = set()
    for some in slices(uids):
        dropped = db.execute(
            delete(MessageRow)
            .where(MessageRow.folder_id == folder_id, MessageRow.uid.in_(some), unfinished())
            .returning(MessageRow.uid, MessageRow.refused_at)
        )
        refused.update(uid for uid, refused_at in dropped if uid and refused_at is not None)
    return refused


def columns(mailbox_id: int, folder_id: int, message: NewMessage) -> dict[str, object]:
    """The row of a message that was fetched."""
    headers = message.headers
    seen = SEEN in message.flags
    return {
        "mailbox_id": mailbox_id,
        "folder_id": folder_id,
        "uid": message.uid,
        "message_id": headers.message_id,
        "subject": headers.subject,
        "sender": headers.sender,
        "recipients": headers.recipients,
        "sent_at": headers.sent_at,
        "arrived_at": message.arrived_at,
        "size": len(message.raw),
        "digest": message.digest,
        "seen": seen,
        "server_seen": seen,
        "flags": flag_text(message.flags),
        "flagged": FLAGGED in message.flags,
        "problem": headers.problem,
        "refused_at": message.refused_at,
    }


def _match_again(db: Session, folder_id: int, messages: Sequence[NewMessage]) -> set[int]:
    """Give messages that lost their UID the new one, when their bytes come by; the UIDs given."""
    digests = {message.digest for message in messages}
    waiting: defaultdict[bytes, list[int]] = defaultdict(list)
    for digest, row_id in db.execute(
        select(MessageRow.digest, MessageRow.id)
        .where(
            MessageRow.folder_id == folder_id,
            MessageRow.uid.is_(None),
            # Those are matched apart, and said to be found.
            MessageRow.imported_at.is_(None),
            MessageRow.digest.in_(digests),
        )
        # The last one is taken first: one that was there until now before one long removed.
        .order_by(MessageRow.removed_at.is_(None), MessageRow.id.desc())
    ):
        waiting[digest].append(row_id)
    clicked = clicked_among(db, chain.from_iterable(waiting.values()))
    given = set()
    for message in messages:
        if waiting[message.digest]:
            row = db.get_one(MessageRow, waiting[message.digest].pop())
            row.uid, row.removed_at = message.uid, None
            take_flags(row, message.flags, clicked)
            given.add(message.uid)
    return given
