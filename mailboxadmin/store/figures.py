"""Numbers over everything, for the monitor."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import RunRow


def runs_by_outcome(db: Session, since: datetime) -> dict[str, int]:
    """How many runs ended since then, by outcome."""
    query = (
        select(RunRow.outcome, func.count())
        .where(RunRow.finished_at >= since, RunRow.outcome.is_not(None))
        .group_by(RunRow.outcome)
    )
    return {outcome: count for outcome, count in db.execute(query) if outcome}
