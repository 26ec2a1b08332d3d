"""A test that goes on in the background while its page watches the rungs turn green.

Each has a thread of its own: the pool of runs may be full of first syncs, and a
person who presses *Test connection* is waiting.
"""

import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import (
    AlreadyRunning,
    Cancelled,
    Facts,
    Happening,
    MailboxAdminError,
)
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Check, Step, with_step
from mailboxadmin.services.checking.admit import read_draft
from mailboxadmin.services.checking.check import check_plan
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.running import RunControl
from mailboxadmin.services.sign_in.draft import Draft, Plan, SetBy
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store import checks, mailboxes
from mailboxadmin.store.activity import add_entry

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)
#: Longer than any check takes: what has no end by then lost its process.
LOST_AFTER = timedelta(seconds=60)
MOST_AT_ONCE = 8
_LOOK_EVERY_S = 0.05
_slots = threading.BoundedSemaphore(MOST_AT_ONCE)


class BeingTested(AlreadyRunning):
    """Raised when a test of the mailbox goes on; `check_id` is that one."""

    def __init__(self, check_id: int) -> None:
        super().__init__("A test of this mailbox began before; here is how far it is.")
        self.check_id = check_id


class TooManyChecks(MailboxAdminError):
    """Raised when as many tests go on as this process does at once."""


def start_check(deps: Deps, mailbox_id: int, draft: Draft, *, actor: str, set_by: SetBy) -> int:
    """Begin a test in the background; its id, for `read_check`.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInputs: some of the draft cannot be accepted.
        TooManyRefused: what this person tried was refused too often.
        BeingTested: one test of a mailbox at a time, since servers count refused sign-ins.
        TooManyChecks: try again in a moment.
    """
    plan = read_draft(deps, mailbox_id, draft, actor=actor, set_by=set_by)
    if not _slots.acquire(blocking=False):
        raise TooManyChecks("Many mailboxes are being tested just now; try again in a moment.")
    try:
        check_id = _open(deps, mailbox_id)
        control = RunControl(check_id, mailbox_id)
        deps.testing.add(control)
        work = threading.Thread(
            target=_work, args=(deps, plan, control, actor), name="check", daemon=True
        )
        work.start()
    except BaseException:
        _slots.release()
        raise
    return check_id


def read_check(deps: Deps, check_id: int, mailbox_id: int, *, wait_s: float = 0) -> Check:
    """How far a test is; one that lost its process is over, with a finding that says so.

    Args:
        wait_s: how long to wait for its end, by the wall clock.

    Raises:
        NotFound: this mailbox has no such test.
    """
    until = time.monotonic() + wait_s
    while (check := _look(deps, check_id, mailbox_id)).finished_at is None:
        if time.monotonic() >= until:
            break
        time.sleep(_LOOK_EVERY_S)
    return check


def _look(deps: Deps, check_id: int, mailbox_id: int) -> Check:
    with deps.store.read() as db:
        row = checks.check_row(db, check_id, mailbox_id)
        address = mailboxes.address_of(db, mailboxes.mailbox_row(db, mailbox_id))
        check = checks.check_from(row, address)
        lost = check.finished_at is None and deps.clock.now() - row.started_at >= LOST_AFTER
    if not lost:
        return check
    return _ended_by(deps, mailbox_id, check, "the test was interrupted; start it again")


def stop_check(deps: Deps, check_id: int, mailbox_id: int, *, actor: str) -> Check:
    """End a test at once; nothing is counted as a failure. One that has ended stays as it is.

    Its connection is cut if it is one of this process, else at its next rung.

    Raises:
        NotFound: this mailbox has no such test.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        row = checks.check_row(db, check_id, mailbox_id)
        if row.finished_at is None:
            checks.stop_check(row, actor, now)
            address = mailboxes.address_of(db, mailboxes.mailbox_row(db, mailbox_id))
            add_entry(db, _stopped(mailbox_id, address, actor), now)
    deps.testing.stop(check_id, by=actor)
    return read_check(deps, check_id, mailbox_id)


def _stopped(mailbox_id: int, address: str, actor: str) -> Entry:
    return Entry(
        code=Code.CHECK_FINISHED,
        message=f"The test of {address} was stopped on request; nothing follows from it.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"ok": False, "code": None, "stopped": True},
    )


def _open(deps: Deps, mailbox_id: int) -> int:
    now = deps.clock.now()
    with deps.store.write() as db:
        checks.drop_checks_before(db, now - KEPT_FOR)
        if (live := checks.live_check_since(db, mailbox_id, now - LOST_AFTER)) is not None:
            raise BeingTested(live)
        return checks.new_check(db, mailbox_id, now)


def _work(deps: Deps, plan: Plan, control: RunControl, actor: str) -> None:
    check_id = control.run_id
    live = Check(id=check_id, mailbox=plan.address, steps=(), finding=None, finished_at=None)
    steps: list[Step] = []

    def on_step(step: Step) -> None:
        steps[:] = with_step(steps, step)
        if not _write(deps, check_id, replace(live, steps=tuple(steps))):
            raise Cancelled("The test was stopped.")

    try:
        check = check_plan(deps, plan, actor=actor, on_step=on_step, control=control)
        _write(deps, check_id, check)
    except Cancelled:
        log.info("the test of mailbox %s was stopped", plan.mailbox_id)
    except Exception as fault:
        # A fault of ours: the page that waits is told, and the log has the trace.
        log.exception("the test of mailbox %s failed", plan.mailbox_id)
        so_far = replace(live, steps=tuple(steps))
        _write(deps, check_id, _ended_by(deps, plan.mailbox_id, so_far, type(fault).__name__))
    finally:
        deps.testing.discard(check_id)
        _slots.release()


def _write(deps: Deps, check_id: int, check: Check) -> bool:
    """False when it was stopped meanwhile, by whichever process."""
    with deps.store.write() as db:
        return checks.write_check(db, check_id, check)


def _ended_by(deps: Deps, mailbox_id: int, check: Check, detail: str) -> Check:
    facts = Facts(phase=Phase.LOCAL, happening=Happening.UNEXPECTED, detail=detail)
    finding = finding_for(deps, mailbox_id, facts)
    return replace(check, finding=finding, finished_at=deps.clock.now())
