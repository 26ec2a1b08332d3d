"""*Test connection*: climb the ladder, say what was found, change nothing."""

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Check, Step
from mailboxadmin.services.checking.admit import read_draft
from mailboxadmin.services.checking.climb import Climbed, OnStep, climb
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import recognise_by_mx
from mailboxadmin.services.running import RunControl
from mailboxadmin.services.sign_in.draft import Draft, Plan, SetBy, plan_draft
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.services.work.way import ending
from mailboxadmin.store import mailboxes
from mailboxadmin.store.activity import add_entry


def no_watcher(step: Step) -> None:
    """For who waits for the result."""


def run_check(
    deps: Deps,
    mailbox_id: int,
    draft: Draft | None = None,
    *,
    actor: str,
    set_by: SetBy = "staff",
    on_step: OnStep = no_watcher,
) -> Check:
    """Try a mailbox as it is saved, or as a draft has it; less than 30 seconds.

    Args:
        draft: what was typed and not saved; None is the saved configuration.
        set_by: whose word the draft is.
        on_step: told of each rung as soon as it is green or red.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInputs: some of the draft cannot be accepted.
        TooManyRefused: what this person tried was refused too often.
    """
    if draft is not None:
        plan = read_draft(deps, mailbox_id, draft, actor=actor, set_by=set_by)
        return check_plan(deps, plan, actor=actor, on_step=on_step)
    recognise_by_mx(deps, mailbox_id)
    with deps.store.read() as db:
        plan = plan_draft(db, deps, mailbox_id, Draft(), set_by)
    return check_plan(deps, plan, actor=actor, on_step=on_step)


def check_plan(
    deps: Deps,
    plan: Plan,
    *,
    actor: str,
    on_step: OnStep = no_watcher,
    control: RunControl | None = None,
) -> Check:
    """Try a plan; when it is what is saved, the mailbox's page then shows how far it went.

    Args:
        control: by which another thread may stop it.

    Raises:
        Cancelled: it was stopped; nothing is written of it.
    """
    control = control or RunControl(0, plan.mailbox_id)
    with deps.live.kept_away(plan.mailbox_id):
        climbed = climb(
            deps,
            plan,
            on_step,
            actor=actor,
            count=not plan.synced,
            on_open=control.holds,
            what=f"check-{control.run_id}",
        )
    # The rung that was being climbed is red then; that says nothing of the mailbox.
    control.proceed()
    facts = climbed.facts
    check = Check(
        id=None,
        mailbox=plan.address,
        steps=climbed.steps,
        finding=finding_of(deps, plan, climbed),
        finished_at=deps.clock.now(),
        folders=climbed.folders,
        certificate=facts.certificate if facts else None,
        first_sync=climbed.first_sync,
    )
    with deps.store.write() as db:
        if plan.as_saved:
            keep_ladder(db, plan.mailbox_id, climbed)
        add_entry(db, _entry(plan, check, actor), deps.clock.now())
    return check


def finding_of(deps: Deps, plan: Plan, climbed: Climbed) -> Finding | None:
    """What is wrong; None after a green climb."""
    if climbed.facts is None:
        return None
    return finding_for(
        deps, plan.mailbox_id, climbed.facts, tried=plan.effective, login=plan.username
    )


def keep_ladder(db: Session, mailbox_id: int, climbed: Climbed) -> None:
    """For the mailbox's page; a green one ends an old red ladder, which it contradicts."""
    red = ending(climbed.steps, climbed.facts) if climbed.facts is not None else ()
    row = mailboxes.mailbox_row(db, mailbox_id)
    row.ladder = [step.as_json() for step in red] or None


def _entry(plan: Plan, check: Check, actor: str) -> Entry:
    finding = check.finding
    return Entry(
        code=Code.CHECK_FINISHED,
        level=Level.WARNING if finding else Level.INFO,
        message=f"Tested {plan.address}: {finding.summary if finding else 'it works.'}",
        actor=actor,
        mailbox_id=plan.mailbox_id,
        detail={
            "ok": check.ok,
            "code": finding.code if finding else None,
            "server": str(plan.effective.server) if plan.effective.server else None,
            "saved": plan.as_saved,
            "server_said": finding.server_said if finding else None,
            "certificate": check.certificate.as_json() if check.certificate else None,
            "steps": [step.as_json() for step in check.steps],
        },
    )
