"""A person lets a mailbox rest, and has it checked again."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import runs
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.secrets import is_configured
from mailboxadmin.store.staff import person_of_mailbox
from mailboxadmin.store.tables import MailboxRow


def pause_mailbox(deps: Deps, mailbox_id: int, *, actor: str) -> None:
    """Check it no more until someone resumes it; a run that goes on is stopped.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: it is not connected yet.
    """
    with deps.store.write() as db:
        row = mailbox_row(db, mailbox_id)
        if not is_configured(db, mailbox_id):
            raise InvalidInput("mailbox", "It is not connected yet: there is nothing to pause.")
        if row.state == State.PAUSED:
            return
        rest(row)
        running = ask_to_stop(db, mailbox_id, by=actor)
        add_entry(db, _entry(Code.MAILBOX_PAUSED, "Paused.", mailbox_id, actor), deps.clock.now())
    if running is not None:
        deps.running.stop(running, by=actor)


def resume_mailbox(deps: Deps, mailbox_id: int, *, actor: str) -> None:
    """Check it again by itself, first of all now.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: its owner is deactivated.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        row = mailbox_row(db, mailbox_id)
        if row.state != State.PAUSED:
            return
        owner = person_of_mailbox(db, mailbox_id)
        if owner.standing is Standing.DISABLED:
            raise InvalidInput("standing", f"{owner.email} is deactivated; reactivate them first.")
        wake(row, now)
        entry = _entry(Code.MAILBOX_RESUMED, "Resumed: it is checked again.", mailbox_id, actor)
        add_entry(db, entry, now)


def ask_to_stop(db: Session, mailbox_id: int, *, by: str) -> int | None:
    """Have the run that goes on end, wherever it runs; its id, to stop it here at once."""
    running = runs.live_run(db, mailbox_id)
    if running is not None:
        runs.request_cancel(db, running, by=by)
    return running


def rest(row: MailboxRow) -> None:
    """Not by itself any more."""
    row.state = State.PAUSED.value
    row.next_attempt_at = None


def wake(row: MailboxRow, now: datetime) -> None:
    """By itself again, and first of all now."""
    row.state = _state_of(row).value
    row.next_attempt_at = now


def _state_of(row: MailboxRow) -> State:
    """What was wrong before the pause is still what is known."""
    if row.finding is None:
        return State.OK if row.last_success_at else State.NEW
    return State.RETRYING if Finding.from_json(row.finding).temporary else State.NEEDS_ACTION


def _entry(code: Code, message: str, mailbox_id: int, actor: str) -> Entry:
    return Entry(code=code, message=message, actor=actor, mailbox_id=mailbox_id)
