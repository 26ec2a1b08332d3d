"""Which mailboxes are synced now, and syncing several of them at a time."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from mailboxadmin.diagnosis import Context
from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.errors import InvalidInput, MailboxAdminError, NotFound
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Standing
from mailboxadmin.domain.run import Outcome, SkipReason, SyncReport
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.syncing.sync import skip, sync_mailbox
from mailboxadmin.services.verdict.findings import facts_of_store
from mailboxadmin.services.work.runs import close_gone_runs, is_live
from mailboxadmin.store.secrets import configured_mailboxes
from mailboxadmin.store.tables import LeaseRow, MailboxRow, StaffRow

#: Python does not always wake a thread that waits for a lock when Ctrl-C comes, so none waits long.
WAKE_S = 0.5


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A mailbox that may be synced."""

    id: int
    address: str
    state: State
    configured: bool
    active: bool
    #: Its sign-in was refused or its consent ended: it waits for a change or a person, or for
    #: its own next try.
    waits: bool
    next_attempt_at: datetime | None


def due_mailboxes(deps: Deps, now: datetime) -> list[int]:
    """The mailboxes whose turn it is, the longest waiting first; none that is being synced."""
    with deps.store.read() as db:
        rows = db.execute(_due(now).order_by(MailboxRow.next_attempt_at))
        return [mailbox for mailbox, lease in rows if lease is None or not is_live(lease, now)]


def is_due(deps: Deps, mailbox_id: int, now: datetime) -> bool:
    """True when it is its turn: it may have been tried while it waited for a worker."""
    with deps.store.read() as db:
        return db.execute(_due(now).where(MailboxRow.id == mailbox_id)).first() is not None


def _due(now: datetime) -> Any:
    return (
        select(MailboxRow.id, LeaseRow)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .outerjoin(LeaseRow, LeaseRow.mailbox_id == MailboxRow.id)
        .where(
            MailboxRow.next_attempt_at <= now,
            MailboxRow.state != State.PAUSED.value,
            StaffRow.standing != Standing.DISABLED.value,
        )
    )


def sync_many(
    deps: Deps, addresses: Sequence[str] | None, *, due: bool, actor: str
) -> Iterator[SyncReport]:
    """Sync several mailboxes side by side, in the pool, and give each report as it is there.

    Args:
        addresses: these, which are always tried unless paused; None for all configured ones.
        due: only those whose turn it is.

    Raises:
        NotFound: an address has no mailbox.
        InvalidInput: a named mailbox is not configured.
    """
    close_gone_runs(deps)
    with deps.store.read() as db:
        candidates = all_candidates(db)
        parallel = int(str(office_values(db)["parallel_syncs"]))
    named = addresses is not None
    chosen = _named(candidates, addresses) if addresses is not None else candidates
    now = deps.clock.now()
    to_sync: list[Candidate] = []
    for candidate in chosen:
        reason = _reason_to_skip(candidate, now, named=named, due=due)
        if reason is not None:
            asked_for = actor if named else SCHEDULER
            yield skip(deps, candidate.id, reason, actor=asked_for)
        elif candidate.configured:
            to_sync.append(candidate)
    deps.pool.resize(parallel)
    left = {deps.pool.submit(partial(_sync_one, deps, one, actor)) for one in to_sync}
    try:
        while left:
            finished, left = wait(left, timeout=WAKE_S, return_when=FIRST_COMPLETED)
            for each in finished:
                yield each.result()
    except BaseException:
        # Interrupted: none begins any more, and those that go on keep what they have.
        _stop(deps, left)
        raise


def _stop(deps: Deps, left: "set[Future[SyncReport]]") -> None:
    going_on = {each for each in left if not each.cancel()}
    deps.running.stop_all()
    while going_on:
        going_on = wait(going_on, timeout=WAKE_S).not_done


def _sync_one(deps: Deps, candidate: Candidate, actor: str) -> SyncReport:
    """Whatever happens to this one stays with this one."""
    try:
        return sync_mailbox(deps, candidate.id, actor=actor)
    except MailboxAdminError as fault:
        log.exception("mailbox %s was not synced", candidate.id)
        facts = facts_of_store(fault)
    context = Context(address=candidate.address, owner_first_name="", effective=None)
    return SyncReport(
        mailbox=candidate.address,
        outcome=Outcome.FAILED,
        finding=deps.diagnosis.finding(facts, context),
    )


def _reason_to_skip(
    candidate: Candidate, now: datetime, *, named: bool, due: bool
) -> SkipReason | None:
    if not candidate.configured:
        return None
    if candidate.state is State.PAUSED or not candidate.active:
        return SkipReason.PAUSED
    if due:
        is_due = candidate.next_attempt_at is not None and candidate.next_attempt_at <= now
        return None if is_due else SkipReason.NOT_DUE
    return SkipReason.WAITING if candidate.waits and not named else None


def _named(candidates: Sequence[Candidate], addresses: Sequence[str]) -> list[Candidate]:
    by_address = {candidate.address: candidate for candidate in candidates}
    chosen = []
    for address in dict.fromkeys(address.strip().lower() for address in addresses):
        if address not in by_address:
            raise NotFound(f"There is no mailbox of {address}.")
        if not by_address[address].configured:
            raise InvalidInput(
                "mailbox",
                f"{address} is not configured yet; it needs a server, and a password "
                "or a permission.",
            )
        chosen.append(by_address[address])
    return chosen


def all_candidates(db: DbSession) -> list[Candidate]:
    """Every mailbox there is, by address."""
    configured = configured_mailboxes(db)
    rows = db.execute(
        select(MailboxRow, StaffRow)
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .order_by(StaffRow.email)
    )
    return [
        Candidate(
            id=mailbox.id,
            address=staff.email,
            state=State(mailbox.state),
            configured=mailbox.id in configured,
            active=staff.standing != Standing.DISABLED,
            waits=_waits(mailbox),
            next_attempt_at=mailbox.next_attempt_at,
        )
        for mailbox, staff in rows
    ]


def _waits(mailbox: MailboxRow) -> bool:
    if mailbox.finding is None:
        return False
    finding = Finding.from_json(mailbox.finding)
    # A change since then makes refusals be counted anew.
    return finding.consent_ended or (finding.refused_credentials and mailbox.refusals > 0)
