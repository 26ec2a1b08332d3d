"""The *Test connection* rows: written step by step, read by the page that waits."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Check, FirstSync, Step
from mailboxadmin.store.tables import CheckRow


def new_check(db: Session, mailbox_id: int, now: datetime) -> int:
    """Begin a check; its id."""
    row = CheckRow(mailbox_id=mailbox_id, started_at=now)
    db.add(row)
    db.flush()
    return row.id


def check_row(db: Session, check_id: int, mailbox_id: int) -> CheckRow:
    """The row of a check of that mailbox.

    Raises:
        NotFound: there is none, or it is another mailbox's.
    """
    row = db.get(CheckRow, check_id)
    if row is None or row.mailbox_id != mailbox_id:
        raise NotFound("There is no such test; it may be older than a day.")
    return row


def write_check(db: Session, check_id: int, check: Check) -> bool:
    """Write how far a check is, or how it ended; False when it was stopped before, or erased."""
    row = db.get(CheckRow, check_id)
    if row is None or row.stopped_by is not None:
        return False
    row.steps = [step.as_json() for step in check.steps]
    row.finished_at = check.finished_at
    row.finding = check.finding.as_json() if check.finding else None
    row.folders = list(check.folders)
    row.certificate = check.certificate.as_json() if check.certificate else None
    row.first_sync = _first_sync_json(check.first_sync)
    return True


def stop_check(row: CheckRow, by: str, now: datetime) -> None:
    """End a check at once, with the rungs that it climbed."""
    row.finished_at, row.stopped_by = now, by


def check_from(row: CheckRow, address: str) -> Check:
    """A row as a value."""
    return Check(
        id=row.id,
        mailbox=address,
        steps=tuple(map(Step.from_json, row.steps or ())),
        finding=Finding.from_json(row.finding) if row.finding else None,
        finished_at=row.finished_at,
        folders=tuple(row.folders),
        certificate=Certificate.from_json(row.certificate) if row.certificate else None,
        first_sync=FirstSync(**row.first_sync) if row.first_sync else None,
        started_at=row.started_at,
        stopped=row.stopped_by is not None,
    )


def live_check_since(db: Session, mailbox_id: int, since: datetime) -> int | None:
    """The id of a check of that mailbox that began after `since` and goes on; None if none does."""
    query = select(CheckRow.id).where(
        CheckRow.mailbox_id == mailbox_id,
        CheckRow.finished_at.is_(None),
        CheckRow.started_at > since,
    )
    return db.scalars(query).first()


def drop_checks_before(db: Session, before: datetime) -> None:
    """Forget the checks that began before that instant."""
    db.execute(delete(CheckRow).where(CheckRow.started_at < before))


def _first_sync_json(first: FirstSync | None) -> dict[str, int] | None:
    if first is None:
        return None
    return {
        "messages": first.messages,
        "size_bytes": first.size_bytes,
        "free_bytes": first.free_bytes,
    }
