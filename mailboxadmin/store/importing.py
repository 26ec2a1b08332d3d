"""Messages as an import writes them: without a UID, until a sync finds them on the server.

    small   the row and its bytes, in one transaction with others
    big     the row --> part, part, ... --> whole     each in a transaction of its own

A big one that was cut off is known again by its digest and gone on with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import FLAGGED, SEEN, Headers
from mailboxadmin.store.big import drop_big
from mailboxadmin.store.flags import flag_text
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.message_counts import count_added
from mailboxadmin.store.tables_mail import FolderRow, MessageBytesRow, MessagePartRow, MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A message about to be stored, but for its bytes."""

    folder_id: int
    #: As IMAP writes them.
    flags: frozenset[str]
    arrived_at: datetime
    size: int
    #: SHA-256 of the bytes.
    digest: bytes
    headers: Headers


#: Message-ID, size and date: two messages that have all three in common are one. Without a
#: date only the bytes can tell.
_Likeness = tuple[str, int, datetime]


class Known:
    """The messages that a mailbox has, wherever they came from.

    Read once and kept up to date by id, because nothing is indexed by Message-ID: that
    would make every sync slower for the sake of a rare import.
    """

    def __init__(self, mailbox_id: int) -> None:
        self._mailbox_id = mailbox_id
        self._last_id = 0
        self._digests: set[bytes] = set()
        self._likenesses: set[_Likeness] = set()

    def refresh(self, db: Session) -> None:
        """Learn what was stored since, by anybody; in the transaction that asks."""
        rows = db.execute(
            select(
                MessageRow.id,
                MessageRow.digest,
                MessageRow.message_id,
                MessageRow.size,
                MessageRow.sent_at,
            ).where(
                MessageRow.mailbox_id == self._mailbox_id,
                MessageRow.id > self._last_id,
                MessageRow.refused_at.is_(None),
                MessageRow.expected_size.is_(None),
            ),
            execution_options={"yield_per": 1000},
        )
        for row_id, digest, message_id, size, sent_at in rows:
            self._last_id = max(self._last_id, row_id)
            self._learn(digest, message_id, size, sent_at)

    def learn(self, digest: bytes, size: int, headers: Headers) -> bool:
        """Count a message among them; False when it was."""
        message_id, sent_at = headers.message_id, headers.sent_at
        if digest in self._digests or (message_id, size, sent_at) in self._likenesses:
            return False
        self._learn(digest, message_id, size, sent_at)
        return True

    def _learn(
        self, digest: bytes, message_id: str | None, size: int, sent_at: datetime | None
    ) -> None:
        self._digests.add(digest)
        if message_id is not None and sent_at is not None:
            self._likenesses.add((message_id, size, sent_at))


def folder_for(db: Session, mailbox_id: int, name: str) -> tuple[int, str]:
    """The folder of that name, made when there is none; its id and what it is called here.

    Args:
        name: with `/` between levels; servers that part them with `.`, or keep all below
            INBOX, call the same folder otherwise.
    """
    query = select(FolderRow.name).where(FolderRow.mailbox_id == mailbox_id)
    names = sorted(db.scalars(query))
    alike = [each for each in names if _plain(each) == _plain(name)]
    called = name if name in names or not alike else alike[0]
    return folder_id(db, mailbox_id, called), called


def _plain(name: str) -> str:
    return name.replace(".", "/").removeprefix("INBOX/")


def add_imports(
    db: Session, mailbox_id: int, imports: Sequence[tuple[Import, bytes]], now: datetime
) -> list[int]:
    """Store messages with their bytes, no two alike; their ids, in the same order.

    That they have no UID is to be said in the same transaction.
    """
    if not imports:
        return []
    rows = [_columns(mailbox_id, message, now) | {"no_uid_said_at": now} for message, _ in imports]
    stored = db.connection().execute(
        # The order of RETURNING is not promised by SQLite.
        insert(MessageRow).returning(MessageRow.digest, MessageRow.id),
        rows,
    )
    count_added(db, [message.folder_id for message, _ in imports])
    by_digest = {row.digest: row.id for row in stored}
    ids = [by_digest[message.digest] for message, _ in imports]
    bodies = zip(ids, imports, strict=True)
    db.connection().execute(
        insert(MessageBytesRow),
        [{"message_id": row_id, "raw": raw} for row_id, (_, raw) in bodies],
    )
    return ids


def begin_import(db: Session, mailbox_id: int, message: Import, now: datetime) -> tuple[int, int]:
    """List a big message, or find the one that was cut off; its id and how many parts are here."""
    found = db.scalar(
        select(MessageRow.id).where(
            MessageRow.mailbox_id == mailbox_id, MessageRow.digest == message.digest, _cut_off()
        )
    )
    if found is None:
        values = _columns(mailbox_id, message, now) | {"expected_size": message.size}
        count_added(db, [message.folder_id])
        added = insert(MessageRow).values(values).returning(MessageRow.id)
        return db.execute(added).scalar_one(), 0
    return found, _parts_here(db, found)


def add_import_parts(db: Session, row_id: int, number: int, parts: Sequence[bytes]) -> None:
    """The next parts of a big message, beginning with that number; those that are here stay."""
    here = _parts_here(db, row_id)
    rows = [
        {"message_id": row_id, "number": each, "raw": raw}
        for each, raw in enumerate(parts, start=number)
        if each >= here
    ]
    if rows:
        db.connection().execute(insert(MessagePartRow), rows)


def complete_import(db: Session, row_id: int, now: datetime) -> bool:
    """All parts are here; False when another import, or a sync, was first to store it.

    That it has no UID is to be said in the same transaction.
    """
    row = db.get(MessageRow, row_id)
    if row is None or row.expected_size is None:
        return False
    if _is_here(db, row):
        drop_big(db, row_id)
        return False
    row.expected_size, row.no_uid_said_at = None, now
    return True


def _is_here(db: Session, row: MessageRow) -> bool:
    """True when the mailbox has had the same message meanwhile, whole."""
    same = MessageRow.digest == row.digest
    if row.message_id is not None and row.sent_at is not None:
        likeness = (
            MessageRow.message_id == row.message_id,
            MessageRow.size == row.size,
            MessageRow.sent_at == row.sent_at,
        )
        same = or_(same, and_(*likeness))
    found = select(MessageRow.id).where(
        MessageRow.mailbox_id == row.mailbox_id,
        MessageRow.id != row.id,
        MessageRow.refused_at.is_(None),
        MessageRow.expected_size.is_(None),
        same,
    )
    return bool(db.scalar(select(exists(found))))


def _parts_here(db: Session, row_id: int) -> int:
    return db.scalar(select(func.count()).where(MessagePartRow.message_id == row_id)) or 0


def _cut_off() -> ColumnElement[bool]:
    """What is true of big messages whose import did not end."""
    return and_(
        MessageRow.uid.is_(None),
        MessageRow.imported_at.is_not(None),
        MessageRow.expected_size.is_not(None),
    )


def _columns(mailbox_id: int, message: Import, now: datetime) -> dict[str, object]:
    headers = message.headers
    seen = SEEN in message.flags
    return {
        "mailbox_id": mailbox_id,
        "folder_id": message.folder_id,
        "uid": None,
        "message_id": headers.message_id,
        "subject": headers.subject,
        "sender": headers.sender,
        "recipients": headers.recipients,
        "sent_at": headers.sent_at,
        "arrived_at": message.arrived_at,
        "size": message.size,
        "digest": message.digest,
        "seen": seen,
        "server_seen": seen,
        "flags": flag_text(message.flags),
        "flagged": FLAGGED in message.flags,
        "problem": headers.problem,
        "imported_at": now,
    }
