"""What was asked to be erased: kept until it is done, and a week longer to be read."""

from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.erasure import Erasure, Wish
from mailboxadmin.store.tables_leaving import ErasureRow
from mailboxadmin.store.tables_mail import MessageRow


def ask(
    db: Session, *, mailbox_id: int, staff_id: int, address: str, wish: Wish, by: str, now: datetime
) -> int:
    """Keep that it was asked for; the id. What was asked for already is asked for once."""
    theirs = _open().where(ErasureRow.mailbox == mailbox_id, ErasureRow.address == address)
    before = db.scalar(theirs)
    if before is not None:
        if wish is Wish.PERSON:
            before.wish = wish.value
        return before.id
    row = ErasureRow(
        mailbox=mailbox_id,
        staff_id=staff_id,
        address=address,
        wish=wish.value,
        asked_by=by,
        asked_at=now,
        total=_left(db, mailbox_id),
    )
    db.add(row)
    db.flush()
    return row.id


def erasure_row(db: Session, erasure_id: int) -> ErasureRow:
    """The row of that id."""
    return db.get_one(ErasureRow, erasure_id)


def find(db: Session, erasure_id: int) -> Erasure | None:
    """The one of that id; None when there is none."""
    row = db.get(ErasureRow, erasure_id)
    return None if row is None else _erasure(db, row)


def kept(db: Session) -> list[Erasure]:
    """All that are known, the newest first."""
    query = select(ErasureRow).order_by(ErasureRow.id.desc())
    return [_erasure(db, row) for row in db.scalars(query)]


def going_on(db: Session) -> list[int]:
    """The ids of those that are not done, the oldest first."""
    return [row.id for row in db.scalars(_open().order_by(ErasureRow.id))]


def is_asked_of(db: Session, staff_id: int) -> bool:
    """Whether that person's mail is being erased."""
    return db.scalar(_open().where(ErasureRow.staff_id == staff_id)) is not None


def drop_erasures_before(db: Session, before: datetime) -> None:
    """Forget those that were done before that instant."""
    db.execute(delete(ErasureRow).where(ErasureRow.finished_at < before))


def _open() -> Select[ErasureRow]:
    return select(ErasureRow).where(ErasureRow.finished_at.is_(None))


def _left(db: Session, mailbox_id: int) -> int:
    query = select(func.count()).where(MessageRow.mailbox_id == mailbox_id)
    return db.scalar(query) or 0


def _erasure(db: Session, row: ErasureRow) -> Erasure:
    return Erasure(
        id=row.id,
        mailbox_id=row.mailbox,
        staff_id=row.staff_id,
        address=row.address,
        wish=Wish(row.wish),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        total=row.total,
        left=0 if row.finished_at else _left(db, row.mailbox),
        finished_at=row.finished_at,
        fault=row.fault,
        end_at=tuple(row.end_at),
        backups=tuple(row.backups),
        remains=row.remains,
    )
