"""Syncing a mailbox: take it, attempt it, and say how it went.

Whatever is wrong with the mailbox is in the report and in the log, never raised,
so that one mailbox cannot stop another.
"""

import logging

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.errors import AlreadyRunning, InvalidInput, StoreUnavailable
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Outcome, SkipReason, SyncReport
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.syncing.attempt import attempt
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.verdict.findings import facts_of_store, finding_for
from mailboxadmin.services.work.runs import Run, begin_run, held
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import address_by_id, mailbox_row
from mailboxadmin.store.secrets import is_configured

log = logging.getLogger(__name__)

SKIP_WORDS = {
    SkipReason.RUNNING: "it is being synced already",
    SkipReason.PAUSED: "it is paused",
    SkipReason.NOT_DUE: "it is not its turn yet",
    SkipReason.WAITING: "its sign-in was refused or its consent ended; it waits for a person",
}


def sync_mailbox(deps: Deps, mailbox_id: int, *, actor: str) -> SyncReport:
    """Bring one mailbox up to date, here and now, and tell the log what happened.

    Raises:
        NotFound: there is no such mailbox.
        StoreUnavailable: the database cannot be read, or not even the outcome be written.
    """
    try:
        run = begin_run(deps, mailbox_id, actor=actor)
    except AlreadyRunning:
        return skip(deps, mailbox_id, SkipReason.RUNNING, actor=actor)
    except StoreUnavailable as fault:
        return _not_begun(deps, mailbox_id, fault)
    return _perform(deps, run)


def start_sync(deps: Deps, mailbox_id: int, *, actor: str) -> int:
    """Start a run in the pool, ahead of what waits there; its id.

    Raises:
        AlreadyRunning: another run, in any process, holds the mailbox.
        InvalidInput: it is paused, or has no password yet.
        NotFound: there is no such mailbox.
    """
    with deps.store.read() as db:
        if mailbox_row(db, mailbox_id).state == State.PAUSED:
            raise InvalidInput("mailbox", "It is paused: resume it first.")
        if not is_configured(db, mailbox_id):
            raise InvalidInput("mailbox", "It is not connected yet: its owner does that first.")
    run = begin_run(deps, mailbox_id, actor=actor)
    # Stopped before its turn: it ends without waiting for a worker.
    deps.pool.submit(lambda: _perform(deps, run), urgent=True, at_once=lambda: run.control.stopped)
    return run.id


def skip(deps: Deps, mailbox_id: int, reason: SkipReason, *, actor: str) -> SyncReport:
    """Say that there was no run; the log is told when a person had asked for one."""
    if actor != SCHEDULER:
        with deps.store.write() as db:
            add_entry(db, _skip_entry(mailbox_id, reason, actor), deps.clock.now())
    return SyncReport(mailbox=_address(deps, mailbox_id), outcome=Outcome.SKIPPED, reason=reason)


def _skip_entry(mailbox_id: int, reason: SkipReason, actor: str) -> Entry:
    return Entry(
        code=Code.SYNC_SKIPPED,
        level=Level.ROUTINE,
        message=f"Not synced: {SKIP_WORDS[reason]}.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"reason": reason.value},
    )


def _not_begun(deps: Deps, mailbox_id: int, fault: StoreUnavailable) -> SyncReport:
    """The database cannot be written: this report is all that tells of it."""
    log.error("mailbox %s was not synced: %s", mailbox_id, fault)
    return SyncReport(
        mailbox=_address(deps, mailbox_id),
        outcome=Outcome.FAILED,
        finding=finding_for(deps, mailbox_id, facts_of_store(fault)),
    )


def _perform(deps: Deps, run: Run) -> SyncReport:
    began = deps.clock.monotonic()
    # Servers count connections, and this run takes one.
    with held(deps, run), deps.live.kept_away(run.mailbox_id):
        result = attempt(deps, run)
        record_outcome(deps, run, result)
    return SyncReport(
        mailbox=_address(deps, run.mailbox_id),
        outcome=result.outcome,
        counts=result.counts,
        seconds=deps.clock.monotonic() - began,
        finding=result.finding,
        run_id=run.id,
    )


def _address(deps: Deps, mailbox_id: int) -> str:
    with deps.store.read() as db:
        return address_by_id(db, mailbox_id)
