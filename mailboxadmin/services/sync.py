"""Syncing a mailbox: push what is local, pull what is new, and say how it went.

The run takes the mailbox, reads what it needs, closes the database, and only
then talks to the server. A folder that fails stops itself; a connection that
fails stops the run; neither stops another mailbox.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.errors import (
    AlreadyRunning,
    Cancelled,
    Facts,
    Happening,
    MailFailure,
    StoreUnavailable,
)
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import Account, Step
from mailboxadmin.domain.run import Outcome, SkipReason, SyncReport
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.services.account import account_for
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.services.findings import facts_of_store, finding_for
from mailboxadmin.services.outcome import Result, record_outcome
from mailboxadmin.services.pull import pull_folder
from mailboxadmin.services.pulling import Tally
from mailboxadmin.services.runs import Run, begin_run, held
from mailboxadmin.services.settings import office_values
from mailboxadmin.services.wanted import require_folder
from mailboxadmin.store import folders
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import address_of, mailbox_row

log = logging.getLogger(__name__)

#: After these the folder is at fault, and the next one may be fine.
FOLDER_FAULTS = frozenset(
    {
        Happening.FOLDER_MISSING,
        Happening.FOLDER_NOT_SELECTABLE,
        Happening.ANSWER_NO,
        Happening.ANSWER_BAD,
    }
)


SKIP_WORDS = {
    SkipReason.RUNNING: "it is being synced already",
    SkipReason.PAUSED: "it is paused",
    SkipReason.NOT_DUE: "it is not its turn yet",
    SkipReason.WAITING: "its sign-in was refused, and it waits for a change or a person",
}
#: A run connects again so often at most, for messages over which the server hung up.
MOST_HANG_UPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run needs to know before it talks to the server."""

    account: Account
    folders: tuple[str, ...]
    timeout_s: int


def sync_mailbox(deps: Deps, mailbox_id: int, *, actor: str) -> SyncReport:
    """Bring one mailbox up to date, here and now, and tell the log what happened.

    Whatever is wrong with the mailbox is in the report, not raised.

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
        NotFound: there is no such mailbox.
    """
    run = begin_run(deps, mailbox_id, actor=actor)
    deps.pool.submit(lambda: _perform(deps, run), urgent=True)
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


def _address(deps: Deps, mailbox_id: int) -> str:
    with deps.store.read() as db:
        return address_of(db, mailbox_row(db, mailbox_id))


def _perform(deps: Deps, run: Run) -> SyncReport:
    began = deps.clock.monotonic()
    with held(deps, run):
        result = _attempt(deps, run)
        record_outcome(deps, run, result)
    return SyncReport(
        mailbox=_address(deps, run.mailbox_id),
        outcome=result.outcome,
        counts=result.counts,
        seconds=deps.clock.monotonic() - began,
        finding=result.finding,
        run_id=run.id,
    )


def _attempt(deps: Deps, run: Run) -> Result:
    """The run itself; every way it can end is a result."""
    tally = Tally()
    steps: list[Step] = []
    try:
        finding = _talk(deps, run, tally, steps)
    except Cancelled:
        return _cancelled(tally, steps)
    except MailFailure as failure:
        if run.control.stopped:
            # The step that waited meanwhile failed; that says nothing of the mailbox.
            return _cancelled(tally, steps)
        return _broken_off(deps, run, tally, steps, failure.facts)
    except StoreUnavailable as fault:
        log.error("run %s: %s", run.id, fault)
        return _broken_off(deps, run, tally, steps, facts_of_store(fault))
    except Exception as fault:
        # A fault of ours must not leave the mailbox held and its state untold.
        log.exception("run %s broke off", run.id)
        return _broken_off(deps, run, tally, steps, _unexpected(fault))
    outcome = Outcome.OK
    if finding is not None:
        outcome = Outcome.PARTIAL if tally.folders_done else Outcome.FAILED
    return Result(outcome=outcome, counts=tally.counts(), finding=finding, steps=tuple(steps))


def _cancelled(tally: Tally, steps: list[Step]) -> Result:
    return Result(outcome=Outcome.CANCELLED, counts=tally.counts(), steps=tuple(steps))


def _unexpected(fault: Exception) -> Facts:
    detail = f"{type(fault).__name__}: {fault}"
    return Facts(phase=Phase.LOCAL, happening=Happening.UNEXPECTED, detail=detail)


def _broken_off(deps: Deps, run: Run, tally: Tally, steps: list[Step], facts: Facts) -> Result:
    timed_out = facts.happening is Happening.DEADLINE
    if timed_out and tally.progress:
        # It goes on at its next turn; nothing is wrong with the mailbox.
        return Result(outcome=Outcome.PARTIAL, counts=tally.counts(), timed_out=True)
    wait: timedelta | None = facts.server_wait
    return Result(
        outcome=Outcome.PARTIAL if tally.folders_done else Outcome.FAILED,
        counts=tally.counts(),
        finding=finding_for(deps, run.mailbox_id, facts),
        steps=tuple(steps),
        server_wait=wait,
        timed_out=timed_out,
    )


def _talk(deps: Deps, run: Run, tally: Tally, steps: list[Step]) -> Finding | None:
    """Connect and pull every folder; the finding of the first folder that failed.

    A server that hangs up over one message is asked again for the others.
    """
    plan = _plan(deps, run)
    deadline = Deadline.after(plan.timeout_s)

    def on_step(step: Step) -> None:
        steps.append(step)
        run.control.proceed()

    while True:
        hang_ups = tally.hang_ups.total()
        steps.clear()
        try:
            with connect(
                plan.account,
                network=deps.network,
                deadline=deadline,
                on_step=on_step,
                on_open=run.control.holds,
            ) as session:
                return _pull_all(deps, run, session, plan.folders, tally)
        except MailFailure:
            run.control.proceed()
            over_a_message = tally.hang_ups.total() > hang_ups
            if not over_a_message or tally.hang_ups.total() > MOST_HANG_UPS:
                raise


def _plan(deps: Deps, run: Run) -> Plan:
    with deps.store.read() as db:
        return Plan(
            account=account_for(db, deps, run.mailbox_id),
            folders=effective_for(db, deps.providers, run.mailbox_id).folders,
            timeout_s=int(str(office_values(db)["sync_timeout_seconds"])),
        )


def _pull_all(
    deps: Deps, run: Run, session: Session, names: tuple[str, ...], tally: Tally
) -> Finding | None:
    listed = session.list_folders()
    first: Finding | None = None
    for name in names:
        try:
            require_folder(name, listed)
            pull_folder(deps, run, session, name, tally)
            tally.folders_done.add(name)
        except MailFailure as failure:
            run.control.proceed()
            facts = failure.facts
            if facts.happening not in FOLDER_FAULTS or facts.server_wait is not None:
                raise
            first = first or _folder_failed(deps, run, name, facts)
    return first


def _folder_failed(deps: Deps, run: Run, name: str, facts: Facts) -> Finding:
    finding = finding_for(deps, run.mailbox_id, facts)
    now = deps.clock.now()
    with deps.store.write(background=True) as db:
        run.confirm(db)
        folder = folders.folder_id(db, run.mailbox_id, name)
        is_news = folders.folder_failed(db, folder, finding)
        if is_news and facts.happening is Happening.FOLDER_MISSING:
            add_entry(db, _missing_entry(run, name, finding), now)
    return finding


def _missing_entry(run: Run, name: str, finding: Finding) -> Entry:
    return Entry(
        code=Code.FOLDER_MISSING,
        level=Level.WARNING,
        message=f"{finding.summary} What was synced from it is kept.",
        actor=run.actor,
        mailbox_id=run.mailbox_id,
        run_id=run.id,
        detail={"folder": name},
    )
