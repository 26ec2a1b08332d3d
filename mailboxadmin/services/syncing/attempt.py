"""One attempt to bring a mailbox up to date, from the plan to a result.

    plan (database) --> connect --> clicks of here --> each folder --> clicks once more --> result
                          ^   |                            `-- it fails alone: the next is read
                          |   `-- the server hangs up over one message, or over the clicks
                          `-------- again, for the others, or without the clicks

No transaction is open while it talks. A folder that fails stops itself, a connection
that fails stops the attempt; every way it can end is a value.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import Cancelled, Facts, Happening, MailFailure, StoreUnavailable
from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import Account, Step
from mailboxadmin.domain.run import Outcome, Result
from mailboxadmin.imap.climb import RUNG_LIMIT_S
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.imap.trace import Trace
from mailboxadmin.services.debug.recording import recorded
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.mapping import map_when_due
from mailboxadmin.services.folders.renamed import explain_refused
from mailboxadmin.services.folders.selection import Selection
from mailboxadmin.services.new_mail.pulling import Tally, hung_up, of_the_folder
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.sign_in.account import account_for, is_spent, tell_asked
from mailboxadmin.services.syncing.observing import note_certificate
from mailboxadmin.services.syncing.pull import pull_folder
from mailboxadmin.services.syncing.push import push_read_changes
from mailboxadmin.services.syncing.push_changes import push_changes
from mailboxadmin.services.verdict.findings import facts_of_store, finding_for
from mailboxadmin.services.work.runs import Run
from mailboxadmin.services.work.way import Way
from mailboxadmin.store import folders
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.changes import waiting_changes
from mailboxadmin.store.debug import recorded_until
from mailboxadmin.store.mailboxes import mailbox_row

log = logging.getLogger(__name__)

#: It connects again so often at most, for messages over which the server hung up.
MOST_HANG_UPS = 6
#: And so often for a token that ended while it was used.
MOST_SPENT_TOKENS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an attempt needs to know before it talks to the server."""

    account: Account
    #: When its configuration was last saved; None before the first time.
    configured_at: datetime | None
    folders: tuple[str, ...]
    selection: Selection
    timeout_s: int
    #: Messages it may fetch; None: as many as there are.
    allowance: int | None
    #: Until when the dialogue is recorded (debug mode); None: it is not.
    recorded_until: datetime | None


def attempt(deps: Deps, run: Run) -> Result:
    """Bring the mailbox up to date, as far as it goes."""
    tally, way = Tally(), Way()
    try:
        _talk(deps, run, tally, way)
    except Cancelled:
        return _ended(Outcome.CANCELLED, tally, way)
    except MailFailure as failure:
        if run.control.stopped:
            # The step that waited meanwhile failed; that says nothing of the mailbox.
            return _ended(Outcome.CANCELLED, tally, way)
        return _broken_off(deps, run, tally, way, failure.facts)
    except StoreUnavailable as fault:
        log.error("run %s: %s", run.id, fault)
        return _broken_off(deps, run, tally, way, facts_of_store(fault))
    except Exception as fault:
        # A fault of ours must not leave the mailbox held and its state untold.
        log.exception("run %s broke off", run.id)
        detail = f"{type(fault).__name__}: {fault}"
        facts = Facts(phase=Phase.LOCAL, happening=Happening.UNEXPECTED, detail=detail)
        return _broken_off(deps, run, tally, way, facts)
    return _ended(_outcome(tally), tally, way)


def _ended(outcome: Outcome, tally: Tally, way: Way) -> Result:
    return Result(
        outcome=outcome,
        counts=tally.counts(),
        finding=tally.finding,
        facts=tally.facts,
        steps=way.ladder(),
        folders_done=frozenset(tally.folders_done),
    )


def _outcome(tally: Tally) -> Outcome:
    if tally.finding is None:
        return Outcome.PARTIAL if tally.waiting.total() else Outcome.OK
    return Outcome.PARTIAL if tally.folders_done else Outcome.FAILED


def _broken_off(deps: Deps, run: Run, tally: Tally, way: Way, facts: Facts) -> Result:
    timed_out = facts.happening is Happening.DEADLINE
    if timed_out and tally.progress:
        # It goes on at its next turn; what is wrong is at most a folder of before.
        return Result(
            outcome=Outcome.PARTIAL,
            counts=tally.counts(),
            finding=tally.finding,
            facts=tally.facts,
            steps=way.ladder(),
            folders_done=frozenset(tally.folders_done),
            timed_out=True,
        )
    return Result(
        outcome=Outcome.PARTIAL if tally.folders_done else Outcome.FAILED,
        counts=tally.counts(),
        finding=finding_for(deps, run.mailbox_id, facts),
        facts=facts,
        steps=way.ladder(ended_by=facts),
        folders_done=frozenset(tally.folders_done),
        timed_out=timed_out,
        broken_off=True,
    )


def _talk(deps: Deps, run: Run, tally: Tally, way: Way) -> None:
    plan = _plan(deps, run)
    with recorded(deps, run.mailbox_id, f"run-{run.id}", plan.recorded_until) as trace:
        tell_asked(plan.account, trace)
        _connect_and_do(deps, run, plan, tally, way, trace)


def _connect_and_do(
    deps: Deps, run: Run, plan: Plan, tally: Tally, way: Way, trace: Trace | None
) -> None:
    deadline = Deadline.after(plan.timeout_s)
    tally.allowance = plan.allowance

    def on_step(step: Step) -> None:
        way.climbed(step)
        run.control.proceed()

    while True:
        before = tally.reasons_to_connect_again
        way.begin()
        try:
            with connect(
                plan.account,
                network=deps.network,
                deadline=deadline,
                on_step=on_step,
                on_open=run.control.holds,
                on_folder=way.climbed,
                # Silence is the server's, also in a short run; a run's deadline is ours.
                patience_s=max(RUNG_LIMIT_S, plan.timeout_s / 2),
                trace=trace,
            ) as session:
                return _do_all(deps, run, session, plan, tally, way)
        except MailFailure as failure:
            run.control.proceed()
            if tally.spent_tokens < MOST_SPENT_TOKENS and is_spent(plan.account, failure.facts):
                # It ended while we talked, as it has to some time: the next one goes on.
                tally.spent_tokens += 1
                continue
            has_reason = tally.reasons_to_connect_again > before
            if not has_reason or tally.hang_ups.total() > MOST_HANG_UPS:
                raise


def _do_all(deps: Deps, run: Run, session: Session, plan: Plan, tally: Tally, way: Way) -> None:
    note_certificate(deps, plan.account, session)
    _push(deps, run, session, tally)
    way.fell(tally.facts)
    unanswered = _unanswered(deps, run)
    for name in plan.folders:
        if name in unanswered:
            continue  # What it got is not new: the next run finds out first.
        way.begin_folder()
        _pull_one(deps, run, session, name, plan.selection, tally)
        way.fell(tally.facts)
    if tally.finding is None:
        map_when_due(deps, run, session, plan.configured_at)
    # What was marked meanwhile need not wait for the next run.
    _push(deps, run, session, tally)
    way.fell(tally.facts)


def _push(deps: Deps, run: Run, session: Session, tally: Tally) -> None:
    """Tell the server what was marked here; what it hung up over waits, and its mail is read.

    Raises:
        MailFailure: it does not let us at all, or went away.
    """
    if tally.ended_over_clicks:
        return
    try:
        push_read_changes(deps, run, session, tally)
        push_changes(deps, run, session, tally)
    except MailFailure as failure:
        run.control.proceed()
        if hung_up(failure) or failure.facts.happening is Happening.TIMEOUT:
            tally.ended_over_clicks = True
            facts = replace(failure.facts, phase=Phase.PUSH)
            tally.failed(finding_for(deps, run.mailbox_id, facts), facts)
        raise


def _unanswered(deps: Deps, run: Run) -> set[str]:
    """Folders into which the server was asked to move messages, and gave no answer."""
    with deps.store.read() as db:
        waiting = waiting_changes(db, run.mailbox_id, Kind.MOVE)
    return {each.asked_folder for each in waiting if each.asked_folder and each.asked}


def _plan(deps: Deps, run: Run) -> Plan:
    with deps.store.read() as db:
        row = mailbox_row(db, run.mailbox_id)
        in_force = effective_for(db, deps.providers, run.mailbox_id)
        office = office_values(db)
        return Plan(
            account=account_for(db, deps, run.mailbox_id, in_force, actor=run.actor),
            configured_at=row.configured_at,
            folders=in_force.folders,
            selection=Selection.of(in_force, run.started_at),
            timeout_s=int(str(office["sync_timeout_seconds"])),
            allowance=int(str(office["max_messages_per_sync"])) or None,
            recorded_until=recorded_until(db, run.mailbox_id, deps.clock.now()),
        )


def _pull_one(
    deps: Deps, run: Run, session: Session, name: str, selection: Selection, tally: Tally
) -> None:
    """Bring one folder up to date; when it fails alone, that is noted and the next is read.

    Raises:
        MailFailure: it is not the folder that is at fault.
    """
    try:
        pull_folder(deps, run, session, name, tally, selection)
    except MailFailure as failure:
        run.control.proceed()
        if not of_the_folder(failure.facts):
            raise
        facts = explain_refused(deps, run.mailbox_id, session, failure.facts, as_saved=True)
        finding = _folder_failed(deps, run, name, facts)
        tally.failed(finding, facts)


def _folder_failed(deps: Deps, run: Run, name: str, facts: Facts) -> Finding:
    finding = finding_for(deps, run.mailbox_id, facts)
    now = deps.clock.now()
    with deps.store.write(background=True) as db:
        run.confirm(db)
        folder = folders.folder_id(db, run.mailbox_id, name)
        is_news = folders.folder_failed(db, folder, finding)
        if is_news and facts.happening is Happening.FOLDER_MISSING:
            add_entry(db, _missing_entry(run, name, finding, facts.hint), now)
    return finding


def _missing_entry(run: Run, name: str, finding: Finding, hint: str) -> Entry:
    return Entry(
        code=Code.FOLDER_MISSING,
        level=Level.WARNING,
        message=" ".join(filter(None, (finding.summary, hint, "What was synced from it is kept."))),
        actor=run.actor,
        mailbox_id=run.mailbox_id,
        run_id=run.id,
        detail={"folder": name},
    )
