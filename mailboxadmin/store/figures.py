"""Numbers over everything, for the monitor."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Level
from mailboxadmin.store.tables import ActivityRow, RunRow


def entries_above(db: Session, code: str, above: int) -> int:
    """How many entries of a code came after that one."""
    counted = 0
    for level in Level:  # The index is by code and level.
        query = select(func.count()).where(
            ActivityRow.code == code, ActivityRow.level == int(level), ActivityRow.id > above
        )
        counted += db.scalar(query) or 0
    return counted


def runs_by_outcome(db: Session, since: datetime) -> dict[str, int]:
    """How many runs ended since then, by outcome."""
    query = (
        select(RunRow.outcome, func.count())
        .where(RunRow.finished_at >= since, RunRow.outcome.is_not(None))
        .group_by(RunRow.outcome)
    )
    return {outcome: count for outcome, count in db.execute(query) if outcome}
