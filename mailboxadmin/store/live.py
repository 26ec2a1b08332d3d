"""Which mailboxes could be live, and what came of the runs that their servers asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Standing
from mailboxadmin.store.base import rows_changed
from mailboxadmin.store.tables import LeaseRow, MailboxRow, RunRow, StaffRow
from mailboxadmin.store.tables_mail import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A mailbox that works."""

    id: int
    configured_at: datetime | None
    next_attempt_at: datetime | None
    #: Whose run goes on, as far as its lease says; None when none does.
    lease: LeaseRow | None


def working_mailboxes(db: Session) -> list[Candidate]:
    """Every mailbox in state ok, those with the newest mail first."""
    # By the index on mailbox and arrival: one step into it for each.
    newest = (
        select(func.max(MessageRow.arrived_at))
        .where(MessageRow.mailbox_id == MailboxRow.id)
        .scalar_subquery()
    )
    rows = db.execute(
        select(MailboxRow.id, MailboxRow.configured_at, MailboxRow.next_attempt_at, LeaseRow)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .outerjoin(LeaseRow, LeaseRow.mailbox_id == MailboxRow.id)
        .where(MailboxRow.state == State.OK.value, StaffRow.standing != Standing.DISABLED.value)
        .order_by(newest.desc().nulls_last(), MailboxRow.id)
    )
    return [
        Candidate(id=row[0], configured_at=row[1], next_attempt_at=row[2], lease=row[3])
        for row in rows
    ]


def make_due(db: Session, mailbox_id: int, now: datetime) -> bool:
    """Have a mailbox that works synced now; False when it waits for something else."""
    made = db.execute(
        update(MailboxRow)
        .where(MailboxRow.id == mailbox_id, MailboxRow.state == State.OK.value)
        .values(next_attempt_at=now)
    )
    return rows_changed(made) > 0


def brought_anything(db: Session, mailbox_id: int, since: datetime) -> bool | None:
    """Whether the runs that ended since then found something; None when none ended."""
    counts = db.scalars(
        select(RunRow.counts)
        .where(RunRow.mailbox_id == mailbox_id, RunRow.finished_at >= since)
        .order_by(RunRow.id.desc())
        .limit(10)
    ).all()
    if not counts:
        return None
    return any(each.get(what) for each in counts for what in ("new", "changed", "removed"))
