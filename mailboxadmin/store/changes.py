"""What the server has still to be told besides read and unread, one row a message and kind.

wish --> row --> told --> dropped         a wish made meanwhile replaces it, and stays
           `--> cannot be told --> failed, with a reason: a person tries again, or lets it be

Which of these is decided in the services; here are the rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from mailboxadmin.domain.filing import Asked, Kind, NotDone
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow


class Change(NamedTuple):
    """A change that waits, and what is known of its message."""

    message_id: int
    #: The folder that it is in on the server, as far as we know, and its name.
    folder_id: int
    folder: str
    #: None while the message waits to be found on the server.
    uid: int | None
    #: The Message-ID of its header.
    header_id: str | None
    #: SHA-256 of its bytes.
    digest: bytes
    #: It is gone from that folder.
    removed: bool
    #: What is wanted: of a flag, whether it has it; of a move, the folder and its name.
    flagged: bool | None
    target_id: int | None
    target: str | None
    made_at: datetime
    #: Of a move that was not answered.
    asked: Asked | None
    #: The name of the folder that was asked for.
    asked_folder: str | None


def waiting_changes(
    db: Session, mailbox_id: int, kind: Kind, *, folder_id: int | None = None
) -> list[Change]:
    """What waits, of one folder or of all, by folder and UID."""
    target, asked = aliased(FolderRow), aliased(FolderRow)
    query = (
        select(
            MessageRow.id,
            MessageRow.folder_id,
            FolderRow.name,
            MessageRow.uid,
            MessageRow.message_id,
            MessageRow.digest,
            MessageRow.removed_at.is_not(None),
            ChangeRow.flagged,
            ChangeRow.target_id,
            target.name,
            ChangeRow.made_at,
            ChangeRow.asked_id,
            ChangeRow.asked_validity,
            ChangeRow.asked_uid_next,
            asked.name,
        )
        .join(MessageRow, MessageRow.id == ChangeRow.message_id)
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .outerjoin(target, target.id == ChangeRow.target_id)
        .outerjoin(asked, asked.id == ChangeRow.asked_id)
        .where(ChangeRow.mailbox_id == mailbox_id, ChangeRow.kind == kind, _waits())
        .order_by(MessageRow.folder_id, MessageRow.uid, MessageRow.id)
    )
    if folder_id is not None:
        query = query.where(MessageRow.folder_id == folder_id)
    return [
        Change._make((*row[:11], _asked(row[11], row[12], row[13]), row[14]))
        for row in db.execute(query)
    ]


def flags_that_wait(db: Session, ids: Iterable[int]) -> frozenset[int]:
    """Those of the messages of which the server is still to be told whether they are flagged."""
    found: set[int] = set()
    for some in slices(ids):
        found.update(
            db.scalars(
                select(ChangeRow.message_id).where(
                    ChangeRow.message_id.in_(some), ChangeRow.kind == Kind.FLAG, _waits()
                )
            )
        )
    return frozenset(found)


def can_send_changes(db: Session, mailbox_id: int, *, since: datetime | None = None) -> bool:
    """True when a change waits that can be sent; one of then or later, when `since` is given."""
    found = (
        select(ChangeRow.message_id)
        .join(MessageRow, MessageRow.id == ChangeRow.message_id)
        .where(ChangeRow.mailbox_id == mailbox_id, _waits(), MessageRow.uid.is_not(None))
    )
    if since is not None:
        found = found.where(ChangeRow.made_at >= since)
    return bool(db.scalar(select(exists(found))))


def count_changes(db: Session, mailbox_id: int) -> tuple[int, int]:
    """How many wait, and how many failed."""
    total, failed = db.execute(
        select(func.count(), func.count(ChangeRow.failed_at)).where(
            ChangeRow.mailbox_id == mailbox_id
        )
    ).one()
    return total - failed, failed


def drop_changes(db: Session, kind: Kind, changes: Iterable[Change]) -> list[int]:
    """Let these wait no more, unless another wish replaced them; the messages' ids."""
    dropped = _still(db, kind, changes)
    for some in slices(dropped):
        db.execute(delete(ChangeRow).where(ChangeRow.message_id.in_(some), ChangeRow.kind == kind))
    return dropped


def fail_changes(
    db: Session, kind: Kind, changes: Iterable[Change], reason: str, now: datetime
) -> list[int]:
    """The server cannot be told of these, unless another wish replaced them; the ids."""
    failed = _still(db, kind, changes)
    for some in slices(failed):
        db.execute(
            update(ChangeRow)
            .where(ChangeRow.message_id.in_(some), ChangeRow.kind == kind)
            .values(failed_at=now, reason=reason, asked_id=None)
        )
    return failed


def failed_changes(
    db: Session, mailbox_id: int, ids: Sequence[int] | None = None, *, limit: int = -1
) -> list[NotDone]:
    """Those of a mailbox that failed, the last first; only of these messages, when given."""
    query = (
        select(
            ChangeRow.message_id,
            ChangeRow.kind,
            ChangeRow.flagged,
            FolderRow.name,
            ChangeRow.reason,
        )
        .outerjoin(FolderRow, FolderRow.id == ChangeRow.target_id)
        .where(ChangeRow.mailbox_id == mailbox_id, ChangeRow.failed_at.is_not(None))
        .order_by(ChangeRow.failed_at.desc(), ChangeRow.message_id)
        .limit(limit)
    )
    if ids is not None:
        query = query.where(ChangeRow.message_id.in_(ids))
    return [
        NotDone(
            message_id=message_id,
            kind=Kind(kind),
            flagged=flagged,
            target=target,
            reason=reason or "",
        )
        for message_id, kind, flagged, target, reason in db.execute(query)
    ]


def try_failed_again(
    db: Session, failed: Sequence[NotDone], now: datetime, *, actor: str
) -> list[int]:
    """Have these wait again; the messages' ids."""
    for each in failed:
        row = db.get_one(ChangeRow, (each.message_id, each.kind.value))
        row.failed_at = row.reason = None
        row.made_at, row.actor = now, actor
        if each.kind is Kind.FLAG:
            db.get_one(MessageRow, each.message_id).flagged = bool(row.flagged)
    return [each.message_id for each in failed]


def forget_failed(db: Session, failed: Sequence[NotDone]) -> None:
    """Nobody wants these any more."""
    for each in failed:
        db.delete(db.get_one(ChangeRow, (each.message_id, each.kind.value)))


def _still(db: Session, kind: Kind, changes: Iterable[Change]) -> list[int]:
    """Those that no other wish replaced meanwhile."""
    found: list[int] = []
    for some in slices(changes):
        known = {change.message_id: change.made_at for change in some}
        rows = db.execute(
            select(ChangeRow.message_id, ChangeRow.made_at).where(
                ChangeRow.message_id.in_(known), ChangeRow.kind == kind, _waits()
            )
        )
        found += [each for each, made_at in rows if known[each] == made_at]
    return found


def _asked(folder_id: int | None, validity: int | None, uid_next: int | None) -> Asked | None:
    if folder_id is None or validity is None:
        return None
    return Asked(folder_id=folder_id, uid_validity=validity, uid_next=uid_next)


def _waits() -> ColumnElement[bool]:
    return ChangeRow.failed_at.is_(None)
