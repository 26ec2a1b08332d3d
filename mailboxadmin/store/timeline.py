"""What a mailbox's strip is drawn from: outages and syncs, without reading thousands of rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.incident import Ending
from mailboxadmin.domain.outage import Outage, mended_together
from mailboxadmin.domain.run import Outcome
from mailboxadmin.domain.timeline import Slot, Window, slot_at
from mailboxadmin.store.tables import ActivityRow, IncidentRow, MailboxRow, RunRow


def outages_since(db: Session, mailbox_id: int, since: datetime) -> list[Outage]:
    """Those of a mailbox that went on at some time after `since`, the oldest first."""
    rows = db.execute(
        select(
            IncidentRow.began_at,
            IncidentRow.ended_at,
            IncidentRow.finding["temporary"].as_boolean(),
            IncidentRow.code,
            IncidentRow.finding["summary"].as_string(),
            IncidentRow.ended_by == Ending.REPLACED.value,
        )
        .where(
            IncidentRow.mailbox_id == mailbox_id,
            or_(IncidentRow.ended_at.is_(None), IncidentRow.ended_at > since),
        )
        .order_by(IncidentRow.began_at, IncidentRow.id)
    )
    return mended_together(
        Outage(
            began_at=began,
            ended_at=ended,
            temporary=temporary,
            code=code,
            summary=summary,
            replaced=bool(replaced),
        )
        for began, ended, temporary, code, summary, replaced in rows
    )


def slots_since(db: Session, mailbox_id: int, since: datetime, window: Window) -> list[Slot]:
    """The syncs of a mailbox that began since then, counted by slot, the oldest first."""
    number = _slot_number(window)
    failed = or_(RunRow.outcome == Outcome.FAILED.value, RunRow.finding.is_not(None))
    query = (
        select(number, func.count(), func.sum(case((failed, 1), else_=0)))
        .where(
            RunRow.mailbox_id == mailbox_id,
            RunRow.id > _id_before(db, since),
            RunRow.started_at >= since,
        )
        .group_by(number)
        .order_by(number)
    )
    return [slot_at(at, runs, bad, window) for at, runs, bad in db.execute(query)]


def log_begins_at(db: Session) -> datetime | None:
    """When the oldest line that is not routine was written; None when there is none."""
    oldest = [
        db.execute(
            select(ActivityRow.id, ActivityRow.first_at)
            .where(ActivityRow.level == int(level))
            .order_by(ActivityRow.id)
            .limit(1)
        ).first()
        for level in Level
        if level > Level.ROUTINE
    ]
    return min((row.first_at for row in oldest if row is not None), default=None)


def made_at(db: Session, mailbox_id: int) -> datetime:
    """When a mailbox was added."""
    return db.get_one(MailboxRow, mailbox_id).created_at


def _slot_number(window: Window) -> Any:
    """Slots since the epoch; the one place that says it in SQLite's words."""
    seconds = int(window.slot.total_seconds())
    return cast(func.strftime("%s", RunRow.started_at), Integer).op("/")(seconds)


def _id_before(db: Session, at: datetime) -> int:
    """An id below those of all runs that began since then: ids grow in the order of beginning."""
    query = (
        select(RunRow.id)
        .where(and_(RunRow.finished_at.is_not(None), RunRow.finished_at < at))
        .order_by(RunRow.finished_at.desc())
        .limit(1)
    )
    return db.scalar(query) or 0
