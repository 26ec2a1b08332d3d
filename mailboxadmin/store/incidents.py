"""The incidents: begun, counted, ended, and found again."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.incident import Ending, Incident, reach_of
from mailboxadmin.store.tables import IncidentRow, MailboxRow


def open_incidents(db: Session) -> list[Incident]:
    """Those that go on, the oldest first."""
    query = select(IncidentRow).where(IncidentRow.ended_at.is_(None)).order_by(IncidentRow.began_at)
    return [_incident(row) for row in db.scalars(query)]


def incidents_of(db: Session, mailbox_id: int, since: datetime) -> list[Incident]:
    """Those of a mailbox that went on at some time after `since`, the oldest first."""
    query = (
        select(IncidentRow)
        .where(
            IncidentRow.mailbox_id == mailbox_id,
            or_(IncidentRow.ended_at.is_(None), IncidentRow.ended_at > since),
        )
        .order_by(IncidentRow.began_at)
    )
    return [_incident(row) for row in db.scalars(query)]


def last_incidents(db: Session, mailbox_id: int, limit: int) -> list[Incident]:
    """The newest of a mailbox, newest first."""
    query = (
        select(IncidentRow)
        .where(IncidentRow.mailbox_id == mailbox_id)
        .order_by(IncidentRow.began_at.desc(), IncidentRow.id.desc())
        .limit(limit)
    )
    return [_incident(row) for row in db.scalars(query)]


def incident_of(db: Session, mailbox_id: int) -> Incident | None:
    """The one of a mailbox that goes on; None when nothing is wrong."""
    row = open_row(db, db.get_one(MailboxRow, mailbox_id))
    return None if row is None else _incident(row)


def open_row(db: Session, mailbox: MailboxRow) -> IncidentRow | None:
    """The row of the incident that goes on; None when nothing is wrong."""
    return None if mailbox.incident_id is None else db.get(IncidentRow, mailbox.incident_id)


def failures_in_outage(db: Session, incident: IncidentRow) -> int:
    """Tries that failed since the mailbox stopped working, whatever was wrong each time."""
    query = select(func.sum(IncidentRow.times)).where(
        IncidentRow.mailbox_id == incident.mailbox_id,
        IncidentRow.outage_at == incident.outage_at,
        IncidentRow.id != incident.id,
    )
    return (db.scalar(query) or 0) + incident.times


def begin_incident(
    db: Session, mailbox: MailboxRow, finding: Finding, facts: Facts | None, now: datetime
) -> IncidentRow:
    """A new one, in place of the one that went on: its outage is the same."""
    before = open_row(db, mailbox)
    row = IncidentRow(
        mailbox_id=mailbox.id,
        outage_at=before.outage_at if before is not None else now,
        began_at=now,
        times=0,
    )
    if before is not None:
        end_incident(mailbox, before, Ending.REPLACED, now)
    repeat_incident(row, finding, facts, now)
    db.add(row)
    db.flush()
    mailbox.incident_id = row.id
    return row


def is_same(row: IncidentRow, finding: Finding, facts: Facts | None) -> bool:
    """Whether what was found is that incident once more; a changed certificate is another."""
    shown = facts.certificate if facts else None
    known = Certificate.from_json(row.certificate) if row.certificate else None
    changed = shown and known and shown.fingerprint != known.fingerprint
    return row.code == finding.code and not changed


def repeat_incident(row: IncidentRow, finding: Finding, facts: Facts | None, now: datetime) -> None:
    """It was so once more: what was found now replaces what was found before."""
    row.code, row.finding = finding.code, finding.as_json()
    row.reach = reach_of(finding, facts)
    shown = facts.certificate if facts else None
    row.certificate = shown.as_json() if shown else None
    row.last_at = now
    row.times += 1


def end_incident(mailbox: MailboxRow, row: IncidentRow, ending: Ending, now: datetime) -> None:
    """It is over."""
    row.ended_at, row.ended_by = now, ending.value
    mailbox.incident_id = None


def drop_incidents_before(db: Session, before: datetime) -> None:
    """Forget those that ended before that instant."""
    db.execute(delete(IncidentRow).where(IncidentRow.ended_at < before))


def _incident(row: IncidentRow) -> Incident:
    return Incident(
        id=row.id,
        mailbox_id=row.mailbox_id,
        finding=Finding.from_json(row.finding),
        reach=row.reach,
        outage_at=row.outage_at,
        began_at=row.began_at,
        last_at=row.last_at,
        times=row.times,
        ended_at=row.ended_at,
        ended_by=Ending(row.ended_by) if row.ended_by else None,
        certificate=Certificate.from_json(row.certificate) if row.certificate else None,
    )
