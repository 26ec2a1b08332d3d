"""What a run's end means for its mailbox: state, next attempt, log entry, in one transaction."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.clock import minutes
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.retry import Attempts, next_attempt
from mailboxadmin.domain.run import Outcome, Result
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.verdict.recovery import end_outage, rest_unconnected
from mailboxadmin.services.work.run_words import in_words, run_entry, success_entry
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store import changes, folders, incidents, leases, read_changes, runs
from mailboxadmin.store.activity import add_entry, repeat_entry
from mailboxadmin.store.mailboxes import clear_failure, mailbox_row
from mailboxadmin.store.secrets import is_configured
from mailboxadmin.store.tables import IncidentRow, MailboxRow


def record_outcome(deps: Deps, run: Run, result: Result) -> None:
    """Close the run, set the mailbox's state and tell the log, unless it was taken over."""
    now = deps.clock.now()
    # Written once at the end, not before each question.
    with deps.store.write() as db, db.no_autoflush:
        if not leases.holds_lease(db, run.mailbox_id, run.id):
            return
        runs.end_run(
            db,
            run.id,
            outcome=result.outcome,
            counts=result.counts,
            finding=result.finding,
            now=now,
        )
        folders.folders_succeeded(db, result.folders_done, now)
        row = mailbox_row(db, run.mailbox_id)
        row.last_attempt_at = now
        interval = minutes(effective_for(db, deps.providers, row.id).check_every_minutes)
        if result.outcome is Outcome.CANCELLED:
            _cancelled(db, row, run, result, now, interval)
        elif result.finding is None:
            _succeeded(db, row, run, result, now, interval)
        else:
            _failed(db, row, run, result, now, interval)
        changed = row.configured_at is not None and row.configured_at >= run.started_at
        if changed and not is_configured(db, row.id):
            # Disconnected while it ran: what the run found says nothing of the mailbox any more.
            rest_unconnected(db, row, now)
        leases.end_lease(db, run.mailbox_id, run.id)


def _cancelled(
    db: DbSession, row: MailboxRow, run: Run, result: Result, now: datetime, interval: timedelta
) -> None:
    person = run.control.stopped_by or runs.cancelled_by(db, run.id)
    why, then = "because its process was stopped", "the next one goes on from there"
    if person is not None:
        why, then = "on request", "it goes on at the next check"
        if row.state in (State.NEW, State.OK):
            # Other states have a next try of their own, which a stop must not bring forward.
            row.next_attempt_at = now + interval
    stored = in_words(result.counts)
    message = f"The sync was stopped {why}, with {stored}; what it stored is kept, and {then}."
    entry = run_entry(Code.SYNC_CANCELLED, Level.INFO, message, run, result)
    add_entry(db, replace(entry, actor=person or run.actor), now)


def _succeeded(
    db: DbSession, row: MailboxRow, run: Run, result: Result, now: datetime, interval: timedelta
) -> None:
    recovered = end_outage(db, row, now, actor=run.actor, run_id=run.id)
    clear_failure(row)
    folders.forget_findings(db, row.id)
    row.last_success_at = now
    if row.state != State.PAUSED:
        row.state = State.OK.value
        # A click that came too late for this run is sent by the next one, at once.
        since = run.started_at
        late = read_changes.can_send(db, row.id, since=since) or changes.can_send_changes(
            db, row.id, since=since
        )
        row.next_attempt_at = now if late else now + interval
    add_entry(db, success_entry(run, result, recovered=recovered), now)


def _failed(
    db: DbSession, row: MailboxRow, run: Run, result: Result, now: datetime, interval: timedelta
) -> None:
    finding = result.finding
    assert finding is not None
    level = Level.WARNING if finding.temporary else Level.ERROR
    code = Code.SYNC_TIMED_OUT if result.timed_out else Code.SYNC_FAILED
    entry = run_entry(code, level, finding.summary, run, result)
    if row.configured_at is not None and row.configured_at > run.started_at:
        # It failed with what was saved before; what holds now is tried at once.
        add_entry(db, entry, now)
        row.next_attempt_at = None if row.state == State.PAUSED else now
        return
    incident = _count_failure(db, row, result, now)
    row.ladder = [step.as_json() for step in result.steps]
    if row.state != State.PAUSED:
        row.state = (State.RETRYING if finding.temporary else State.NEEDS_ACTION).value
        tries = incidents.failures_in_outage(db, incident)
        row.next_attempt_at = _next(row, result, tries, now, interval)
    incident.entry_id = repeat_entry(db, incident.entry_id, entry, now)


def _count_failure(db: DbSession, row: MailboxRow, result: Result, now: datetime) -> IncidentRow:
    """The incident that this failure begins, or is one more of."""
    finding = result.finding
    assert finding is not None
    incident = incidents.open_row(db, row)
    if incident is not None and incidents.is_same(incident, finding, result.facts):
        incidents.repeat_incident(incident, finding, result.facts, now)
    else:
        incident = incidents.begin_incident(db, row, finding, result.facts, now)
    row.finding = finding.as_json()
    row.finding_since, row.failures = incident.began_at, incident.times
    if finding.refused_credentials:
        row.refusals += 1
        row.first_refused_at = row.first_refused_at or now
    return incident


def _next(
    row: MailboxRow, result: Result, tries: int, now: datetime, interval: timedelta
) -> datetime | None:
    assert result.finding is not None
    if result.outcome is Outcome.PARTIAL and _others_go_on(result):
        return now + interval
    return next_attempt(
        result.finding,
        Attempts(failures=tries, refusals=row.refusals, first_refused_at=row.first_refused_at),
        now,
        chance=random.random(),
        server_wait=result.server_wait,
    )


def _others_go_on(result: Result) -> bool:
    """Only a folder failed, so that the others keep their interval.

    Not so when the server asked to be left alone, or counts each try: that holds for all.
    """
    finding = result.finding
    assert finding is not None
    asked = finding.slow_down or result.server_wait is not None
    counted = finding.refused_credentials or finding.consent_ended
    return not (result.broken_off or asked or counted)
