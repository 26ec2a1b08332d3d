"""A mailbox works again: its incident ends, and the log says how long it was out of order."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.incident import Ending
from mailboxadmin.domain.mailbox import State
from mailboxadmin.store import incidents
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import clear_failure
from mailboxadmin.store.tables import MailboxRow


def rest_unconnected(db: DbSession, row: MailboxRow, now: datetime) -> None:
    """There is nothing to sign in with any more: it is as new, with the mail it has."""
    incident = incidents.open_row(db, row)
    if incident is not None:
        incidents.end_incident(row, incident, Ending.DISCONNECTED, now)
    clear_failure(row)
    row.next_attempt_at = None
    if row.state != State.PAUSED:
        row.state = State.NEW.value


def end_outage(
    db: DbSession, row: MailboxRow, now: datetime, *, actor: str, run_id: int | None = None
) -> bool:
    """Nothing is wrong any more; in the transaction that says so of the mailbox.

    Gives whether anything was.

    Args:
        run_id: of the sync that succeeded; None when a test did.
    """
    incident = incidents.open_row(db, row)
    if incident is None:
        return False
    incidents.end_incident(row, incident, Ending.RECOVERED, now)
    broken = now - incident.outage_at
    was = Finding.from_json(incident.finding)
    add_entry(
        db,
        Entry(
            code=Code.MAILBOX_RECOVERED,
            message=f"Works again after {duration_in_words(broken)}. It was: {was.summary}",
            actor=actor,
            mailbox_id=row.id,
            run_id=run_id,
            detail={
                "code": was.code,
                "minutes": int(broken.total_seconds() // 60),
                "tries": incident.times,
            },
        ),
        now,
    )
    return True
