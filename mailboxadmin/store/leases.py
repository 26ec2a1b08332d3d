"""Leases: who syncs a mailbox now."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.base import rows_changed
from mailboxadmin.store.tables import LeaseRow


def lease_of(db: Session, mailbox_id: int) -> LeaseRow | None:
    """The lease on a mailbox, whether or not its holder still lives."""
    return db.get(LeaseRow, mailbox_id)


def all_leases(db: Session) -> tuple[LeaseRow, ...]:
    """Every lease, of living and of dead holders."""
    return tuple(db.scalars(select(LeaseRow)))


def renew_lease(
    db: Session, mailbox_id: int, run_id: int, now: datetime, *, memory_bytes: int | None
) -> bool:
    """Say that the run goes on; False when the lease is no longer this run's.

    Args:
        memory_bytes: what its process has now; None where the system does not tell.
    """
    renewed = db.execute(
        update(LeaseRow)
        .where(LeaseRow.mailbox_id == mailbox_id, LeaseRow.run_id == run_id)
        .values(renewed_at=now, memory_bytes=memory_bytes)
    )
    return rows_changed(renewed) > 0


def holds_lease(db: Session, mailbox_id: int, run_id: int) -> bool:
    """True while the lease is this run's."""
    holder = select(LeaseRow.run_id).where(LeaseRow.mailbox_id == mailbox_id)
    return db.scalar(holder) == run_id


def end_lease(db: Session, mailbox_id: int, run_id: int) -> None:
    """Let go of the mailbox, if it is still this run's."""
    db.execute(delete(LeaseRow).where(LeaseRow.mailbox_id == mailbox_id, LeaseRow.run_id == run_id))
