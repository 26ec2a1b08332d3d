"""Deleting what need not be kept of the past, in bites that let others write in between."""

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from mailboxadmin.store.tables import ActivityRow, RunRow


def last_entry_before(db: Session, before: datetime) -> int:
    """The newest entry older than that; 0 when there is none. Ids are in the order of time."""
    query = (
        select(ActivityRow.id)
        .where(ActivityRow.at < before)
        .order_by(ActivityRow.at.desc(), ActivityRow.id.desc())
        .limit(1)
    )
    return db.scalar(query) or 0


def delete_entries(db: Session, *, up_to_id: int, at_most_level: int, limit: int) -> int:
    """Delete up to `limit` entries, oldest first; how many there were to delete."""
    doomed = (
        select(ActivityRow.id)
        .where(ActivityRow.level <= at_most_level, ActivityRow.id <= up_to_id)
        .order_by(ActivityRow.id)
        .limit(limit)
    )
    gone = delete(ActivityRow).where(ActivityRow.id.in_(doomed)).returning(ActivityRow.id)
    return len(db.scalars(gone).all())


def delete_runs(db: Session, *, finished_before: datetime, limit: int) -> int:
    """Delete up to `limit` runs, but never the last of a mailbox; how many there were to delete."""
    later = aliased(RunRow)
    followed = exists().where(later.mailbox_id == RunRow.mailbox_id, later.id > RunRow.id)
    doomed = select(RunRow.id).where(RunRow.finished_at < finished_before, followed).limit(limit)
    gone = delete(RunRow).where(RunRow.id.in_(doomed)).returning(RunRow.id)
    return len(db.scalars(gone).all())
