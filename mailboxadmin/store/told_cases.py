"""What goes on, and what people were told of it."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import MailboxRow
from mailboxadmin.store.tables_notices import ToldCaseRow


def open_cases(db: Session) -> list[ToldCaseRow]:
    """Those that go on, or may come back; the oldest first."""
    query = select(ToldCaseRow).where(ToldCaseRow.ended_at.is_(None)).order_by(ToldCaseRow.id)
    return list(db.scalars(query))


def anything_goes_on(db: Session) -> bool:
    """False while nothing is wrong with any mailbox, and nothing was that people still wait for."""
    wrong = exists().where(MailboxRow.finding.is_not(None))
    known = exists().where(ToldCaseRow.ended_at.is_(None))
    return bool(db.scalar(select(wrong | known)))


def last_told_at(db: Session, key: str) -> datetime | None:
    """When people were last told of that cause; None: never."""
    return db.scalar(select(func.max(ToldCaseRow.told_at)).where(ToldCaseRow.key == key))


def ended_since(db: Session, since: datetime) -> list[ToldCaseRow]:
    """Those that ended since then and that somebody knew of, in the order of their ends."""
    query = (
        select(ToldCaseRow)
        .where(
            ToldCaseRow.ended_at >= since,
            ToldCaseRow.recovered,
            ToldCaseRow.told_at.is_not(None) | ToldCaseRow.needs_someone,
        )
        .order_by(ToldCaseRow.ended_at)
    )
    return list(db.scalars(query))


def drop_told_before(db: Session, before: datetime) -> None:
    """Forget those that ended before that instant."""
    db.execute(delete(ToldCaseRow).where(ToldCaseRow.ended_at < before))
