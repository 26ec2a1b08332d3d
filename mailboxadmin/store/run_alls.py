"""The rows of *Run all*: written mailbox by mailbox, read by the page that waits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import MailboxRow, StaffRow
from mailboxadmin.store.tables_watch import RunAllResultRow, RunAllRow


class ResultRow(NamedTuple):
    """What became of one mailbox."""

    mailbox_id: int
    address: str
    owner_name: str
    outcome: str
    ms: int | None
    finding: dict[str, Any] | None


def last_run_all(db: Session) -> RunAllRow | None:
    """The one that goes on, or that was last; None before the first."""
    return db.scalar(select(RunAllRow).order_by(RunAllRow.id.desc()).limit(1))


def run_all_row(db: Session, run_id: int) -> RunAllRow:
    """The row of that id."""
    return db.get_one(RunAllRow, run_id)


def begin_run_all(db: Session, outcomes: Mapping[int, str], *, by: str, now: datetime) -> int:
    """One more, in place of those before; its id.

    Args:
        outcomes: by mailbox, how each begins.
    """
    db.execute(delete(RunAllResultRow))
    db.execute(delete(RunAllRow))
    row = RunAllRow(started_at=now, started_by=by, beat_at=now)
    db.add(row)
    db.flush()
    if outcomes:
        results = [
            {"run_all_id": row.id, "mailbox_id": mailbox_id, "outcome": outcome}
            for mailbox_id, outcome in outcomes.items()
        ]
        db.execute(insert(RunAllResultRow), results)
    return row.id


def beat_run_all(db: Session, run_id: int, now: datetime) -> None:
    """It goes on."""
    db.execute(update(RunAllRow).where(RunAllRow.id == run_id).values(beat_at=now))


def is_cancelled(db: Session, run_id: int) -> bool:
    """Somebody stopped it, or it is gone."""
    query = select(RunAllRow.id).where(RunAllRow.id == run_id, RunAllRow.cancelled_by.is_(None))
    return db.scalar(query) is None


def note_result(
    db: Session,
    run_id: int,
    mailbox_id: int,
    outcome: str,
    *,
    ms: int | None,
    finding: dict[str, Any] | None,
) -> None:
    """What became of a mailbox."""
    db.execute(
        update(RunAllResultRow)
        .where(RunAllResultRow.run_all_id == run_id, RunAllResultRow.mailbox_id == mailbox_id)
        .values(outcome=outcome, ms=ms, finding=finding)
    )


def end_waiting(db: Session, run_id: int, waits: str, outcome: str) -> None:
    """Those that wait still are not tried any more."""
    db.execute(
        update(RunAllResultRow)
        .where(RunAllResultRow.run_all_id == run_id, RunAllResultRow.outcome == waits)
        .values(outcome=outcome)
    )


def results_of(db: Session, run_id: int) -> list[ResultRow]:
    """By the owner's name."""
    query = (
        select(
            RunAllResultRow.mailbox_id,
            StaffRow.email,
            StaffRow.name,
            RunAllResultRow.outcome,
            RunAllResultRow.ms,
            RunAllResultRow.finding,
        )
        .join(MailboxRow, MailboxRow.id == RunAllResultRow.mailbox_id)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .where(RunAllResultRow.run_all_id == run_id)
        .order_by(func.lower(StaffRow.name), StaffRow.email)
    )
    return [ResultRow(*row) for row in db.execute(query)]
