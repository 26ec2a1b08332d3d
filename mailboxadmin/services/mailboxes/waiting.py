"""Waiting for one mailbox's server to tell of a change, in a thread of its own.

    sign in ──► open the folder for reading only ──► IDLE ──► a change: due now, a run begins
                  │ it is not as we left it: due now    │ 24 minutes, or the machine slept:
                  ▼                                     │ once more on the same connection
                over                                    ▼ lost, refused, given up: over

Nothing is fetched here, and nothing is said of the mailbox: whether it works is for its
runs to find out. A refused sign-in is counted by servers, so the next try is left to them.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailboxadmin.domain.errors import Cancelled, Facts, MailFailure, NotFound, StoreUnavailable
from mailboxadmin.domain.folder import Cursor, FolderStatus
from mailboxadmin.domain.live import Ended, Rest, delay_after, delay_after_vain, is_enough
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.imap.climb import RUNG_LIMIT_S
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.idle import Woke
from mailboxadmin.imap.session import Session, connect
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.live import Line
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.sign_in.account import account_for, is_spent
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store import live as rows
from mailboxadmin.store.folders import cursors_by_name

log = logging.getLogger(__name__)

#: Longer than any interval of checking, after which a run takes the mailbox anyway.
LONGEST_S = 2 * 86400.0
#: A connection that lasted so long was none that broke at once.
GOOD_S = 60.0
#: The finding of a server that allows no more connections: the runs need the ones there are.
TOO_MANY = "auth.too_many_connections"
INBOX = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    account: Account
    folder: str
    cursor: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    ended: Ended
    #: The back-off time that the server named.
    asked: timedelta | None


def wait_for_change(deps: Deps, line: Line, hurry: Callable[[], object]) -> Ended:
    """Wait, have the mailbox synced when there is a change, and note how long to leave it alone.

    Args:
        hurry: has what is due begun with now.
    """
    told = False
    try:
        ended = _attempt(deps, line)
        if ended in (Ended.CHANGED, Ended.REFUSED):
            told = _make_due(deps, line.mailbox_id, ended)
    finally:
        deps.live.end(line)
    # Not before: the run that begins now waits for the line to be over.
    if told:
        hurry()
    return ended


def _attempt(deps: Deps, line: Line) -> Ended:
    """One connection, and how long the mailbox is left alone after it."""
    began, mailbox_id = deps.clock.monotonic(), line.mailbox_id
    delay = _vain_delay(deps, mailbox_id)
    if delay:
        _rest(deps, line, delay)
        return Ended.GIVEN_UP
    tried = _try(deps, line)
    before = deps.live.rests.pop(mailbox_id, None)
    lasted = deps.clock.monotonic() - began >= GOOD_S
    losses = 1 if before is None or lasted else before.losses + 1
    delay = delay_after(tried.ended, losses=losses, chance=random.random(), asked=tried.asked)
    if delay:
        _rest(deps, line, delay, losses)
    return tried.ended


def _rest(deps: Deps, line: Line, delay: timedelta, losses: int = 0) -> None:
    deps.live.rests[line.mailbox_id] = Rest(
        until=deps.clock.now() + delay, losses=losses, configured_at=line.configured_at
    )


def _try(deps: Deps, line: Line) -> _Tried:
    plan, asked = None, None
    try:
        plan = _plan(deps, line.mailbox_id)
        ended = _wait(deps, line, plan)
    except Cancelled:
        ended = Ended.GIVEN_UP
    except MailFailure as failure:
        ended, asked = _failed(deps, line, plan, failure.facts), failure.facts.server_wait
    except (NotFound, StoreUnavailable) as fault:
        log.warning("mailbox %s is not waited for: %s", line.mailbox_id, fault)
        ended = Ended.LOST
    except Exception:
        # A fault of ours must not come again every other second.
        log.exception("waiting for mailbox %s broke off", line.mailbox_id)
        ended = Ended.SLOW_DOWN
    return _Tried(ended=ended, asked=asked)


def _plan(deps: Deps, mailbox_id: int) -> _Plan:
    """Read what is needed.

    Raises:
        MailFailure: it cannot be opened, see `account_for`.
        NotFound: there is no such mailbox any more.
    """
    with deps.store.read() as db:
        in_force = effective_for(db, deps.providers, mailbox_id)
        names = in_force.folders
        folder = next((name for name in names if name.upper() == INBOX), names[0])
        return _Plan(
            account=account_for(db, deps, mailbox_id, in_force),
            folder=folder,
            cursor=cursors_by_name(db, mailbox_id).get(folder),
        )


def _wait(deps: Deps, line: Line, plan: _Plan) -> Ended:
    """Connect and wait.

    Raises:
        MailFailure: the connection was lost, or could not be made.
        Cancelled: it was given up on its way.
    """
    with connect(
        plan.account,
        network=deps.network,
        deadline=Deadline.after(LONGEST_S),
        on_open=line.holds,
        patience_s=RUNG_LIMIT_S,
    ) as session:
        if "IDLE" not in session.capabilities:
            return Ended.NOT_OFFERED
        status = session.select(plan.folder)
        if _differs(deps, line.mailbox_id, plan.cursor, status):
            return Ended.CHANGED
        line.waits = True
        return _idle(deps, line, session)


def _idle(deps: Deps, line: Line, session: Session) -> Ended:
    while True:
        wall, monotonic = deps.clock.now(), deps.clock.monotonic()

        def enough(wall: datetime = wall, monotonic: float = monotonic) -> bool:
            return is_enough(
                wall=deps.clock.now() - wall,
                monotonic=timedelta(seconds=deps.clock.monotonic() - monotonic),
            )

        woke = session.idle(line.waker, enough)
        if woke is not Woke.ENOUGH:
            return Ended.CHANGED if woke is Woke.CHANGED else Ended.GIVEN_UP


def _differs(deps: Deps, mailbox_id: int, cursor: Cursor | None, status: FolderStatus) -> bool:
    """True when something moved since the last run, unless that was told before in vain."""
    if cursor is None or deps.live.differed.get(mailbox_id) == status:
        return False
    here = replace(
        cursor,
        uid_validity=status.uid_validity,
        uid_next=cursor.uid_next if status.uid_next is None else status.uid_next,
        highest_modseq=cursor.highest_modseq and (status.highest_modseq or cursor.highest_modseq),
        server_count=status.messages,
    )
    if here == cursor:
        return False
    deps.live.differed[mailbox_id] = status
    return True


def _failed(deps: Deps, line: Line, plan: _Plan | None, facts: Facts) -> Ended:
    if line.called:
        return Ended.GIVEN_UP
    if plan is not None and is_spent(plan.account, facts):
        return Ended.LOST
    finding = finding_for(deps, line.mailbox_id, facts)
    log.info("mailbox %s is not waited for: %s", line.mailbox_id, finding.summary)
    if finding.refused_credentials or finding.consent_ended:
        return Ended.REFUSED
    wants_less = finding.slow_down or finding.code == TOO_MANY
    return Ended.SLOW_DOWN if wants_less else Ended.LOST


def _vain_delay(deps: Deps, mailbox_id: int) -> timedelta:
    """How long it rests because the change that was told last was none."""
    told_at = deps.live.told_at.pop(mailbox_id, None)
    if told_at is None:
        return timedelta(0)
    with deps.store.read() as db:
        brought = rows.brought_anything(db, mailbox_id, told_at)
    deps.live.vain[mailbox_id] = 0 if brought else deps.live.vain[mailbox_id] + 1
    return delay_after_vain(deps.live.vain[mailbox_id])


def _make_due(deps: Deps, mailbox_id: int, ended: Ended) -> bool:
    """True when the mailbox is due now."""
    now = deps.clock.now()
    if ended is Ended.CHANGED:
        deps.live.told_at[mailbox_id] = now
    try:
        with deps.store.write() as db:
            return rows.make_due(db, mailbox_id, now)
    except StoreUnavailable as fault:
        # Its turn comes anyway.
        log.warning("mailbox %s has a change and is not due yet: %s", mailbox_id, fault)
        return False
