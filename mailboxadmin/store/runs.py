"""Runs: one row an attempt, live while it has no end."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.run import Counts, Outcome, Progress
from mailboxadmin.store.base import rows_changed
from mailboxadmin.store.tables import LeaseRow, RunRow


def add_run(db: Session, mailbox_id: int, started_by: str, now: datetime) -> RunRow:
    """A run that begins."""
    row = RunRow(mailbox_id=mailbox_id, started_at=now, started_by=started_by, counts={})
    db.add(row)
    db.flush()
    return row


def note_progress(
    db: Session, run_id: int, *, folder: str, done: int, total: int, counts: Counts
) -> None:
    """How far a run is; written with the rows it speaks of."""
    db.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(folder=folder, done=done, total=total, counts=asdict(counts))
    )


def note_counts(db: Session, run_id: int, counts: Counts) -> None:
    """What a run did so far; written with the rows it speaks of."""
    db.execute(update(RunRow).where(RunRow.id == run_id).values(counts=asdict(counts)))


def end_run(
    db: Session,
    run_id: int,
    *,
    outcome: Outcome,
    counts: Counts,
    finding: Finding | None,
    now: datetime,
) -> None:
    """Close a run."""
    db.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(
            finished_at=now,
            outcome=outcome.value,
            counts=asdict(counts),
            finding=finding.as_json() if finding else None,
        )
    )


def request_cancel(db: Session, run_id: int, *, by: str) -> bool:
    """Ask a run to stop; False when it has ended already."""
    asked = db.execute(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.finished_at.is_(None))
        .values(cancelled_by=by)
    )
    return rows_changed(asked) > 0


def cancelled_by(db: Session, run_id: int) -> str | None:
    """Who asked it to stop; None while nobody did."""
    return db.scalar(select(RunRow.cancelled_by).where(RunRow.id == run_id))


def live_run(db: Session, mailbox_id: int) -> int | None:
    """The run that holds the mailbox now; None when none does."""
    return db.scalar(select(LeaseRow.run_id).where(LeaseRow.mailbox_id == mailbox_id))


def progress_of(db: Session, run_id: int) -> Progress | None:
    """A run as its page shows it; None when there is no such run."""
    row = db.get(RunRow, run_id)
    return _progress(row) if row else None


def recent_runs(db: Session, mailbox_id: int, limit: int) -> tuple[Progress, ...]:
    """The newest runs of a mailbox, newest first."""
    rows = db.scalars(
        select(RunRow)
        .where(RunRow.mailbox_id == mailbox_id)
        .order_by(RunRow.id.desc())
        .limit(limit)
    )
    return tuple(_progress(row) for row in rows)


def _progress(row: RunRow) -> Progress:
    return Progress(
        run_id=row.id,
        mailbox_id=row.mailbox_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        started_by=row.started_by,
        folder=row.folder,
        done=row.done,
        total=row.total,
        counts=Counts(**row.counts),
        outcome=Outcome(row.outcome) if row.outcome else None,
        finding=Finding.from_json(row.finding) if row.finding else None,
        cancel_requested=row.cancelled_by is not None,
    )
