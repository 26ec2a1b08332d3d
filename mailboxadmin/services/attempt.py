"""One attempt to bring a mailbox up to date, from the plan to a result.

    plan (database) --> connect --> each folder --> result
                          ^   |          `-- it fails alone: the next one is read
                          |   `-- the server hangs up over one message
                          `-------- again, for the others

No transaction is open while it talks. A folder that fails stops itself, a connection
that fails stops the attempt; every way it can end is a value.
"""

import logging
from dataclasses import dataclass

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import Cancelled, Facts, Happening, MailFailure, StoreUnavailable
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import Account, Step
from mailboxadmin.domain.run import Outcome
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.services.account import account_for
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.services.findings import facts_of_store, finding_for
from mailboxadmin.services.outcome import Result
from mailboxadmin.services.pull import pull_folder
from mailboxadmin.services.pulling import Tally
from mailboxadmin.services.push import push_read_changes
from mailboxadmin.services.runs import Run
from mailboxadmin.services.settings import office_values
from mailboxadmin.services.wanted import require_folder
from mailboxadmin.store import folders
from mailboxadmin.store.activity import add_entry

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
#: It connects again so often at most, for messages over which the server hung up.
MOST_HANG_UPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an attempt needs to know before it talks to the server."""

    account: Account
    folders: tuple[str, ...]
    timeout_s: int


def attempt(deps: Deps, run: Run) -> Result:
    """Bring the mailbox up to date, as far as it goes."""
    tally = Tally()
    steps: list[Step] = []
    try:
        _talk(deps, run, tally, steps)
    except Cancelled:
        return _ended(Outcome.CANCELLED, tally, steps)
    except MailFailure as failure:
        if run.control.stopped:
            # The step that waited meanwhile failed; that says nothing of the mailbox.
            return _ended(Outcome.CANCELLED, tally, steps)
        return _broken_off(deps, run, tally, steps, failure.facts)
    except StoreUnavailable as fault:
        log.error("run %s: %s", run.id, fault)
        return _broken_off(deps, run, tally, steps, facts_of_store(fault))
    except Exception as fault:
        # A fault of ours must not leave the mailbox held and its state untold.
        log.exception("run %s broke off", run.id)
        detail = f"{type(fault).__name__}: {fault}"
        facts = Facts(phase=Phase.LOCAL, happening=Happening.UNEXPECTED, detail=detail)
        return _broken_off(deps, run, tally, steps, facts)
    return _ended(_outcome(tally), tally, steps)


def _ended(outcome: Outcome, tally: Tally, steps: list[Step]) -> Result:
    return Result(outcome=outcome, counts=tally.counts(), finding=tally.finding, steps=tuple(steps))


def _outcome(tally: Tally) -> Outcome:
    if tally.finding is None:
        return Outcome.OK
    return Outcome.PARTIAL if tally.folders_done else Outcome.FAILED


def _broken_off(deps: Deps, run: Run, tally: Tally, steps: list[Step], facts: Facts) -> Result:
    timed_out = facts.happening is Happening.DEADLINE
    if timed_out and tally.progress:
        # It goes on at its next turn; what is wrong is at most a folder of before.
        return Result(
            outcome=Outcome.PARTIAL,
            counts=tally.counts(),
            finding=tally.finding,
            steps=tuple(steps),
            timed_out=True,
        )
    return Result(
        outcome=Outcome.PARTIAL if tally.folders_done else Outcome.FAILED,
        counts=tally.counts(),
        finding=finding_for(deps, run.mailbox_id, facts),
        steps=tuple(steps),
        server_wait=facts.server_wait,
        timed_out=timed_out,
    )


def _talk(deps: Deps, run: Run, tally: Tally, steps: list[Step]) -> None:
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
                push_read_changes(deps, run, session, tally)
                _pull_all(deps, run, session, plan.folders, tally)
                # What was marked meanwhile need not wait for the next run.
                return push_read_changes(deps, run, session, tally)
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


def _pull_all(deps: Deps, run: Run, session: Session, names: tuple[str, ...], tally: Tally) -> None:
    listed = session.list_folders()
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
            finding = _folder_failed(deps, run, name, facts)
            tally.finding = tally.finding or finding


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
