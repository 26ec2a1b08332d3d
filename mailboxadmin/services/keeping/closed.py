"""Mailboxes that no key opens: said at the start, and not first at their next turn.

    start ── what it signs in with does not open ──► a run that ended before it connected
      └───── the key is there again              ──► its turn is now

Until then a board would show as fine what cannot be read any more.
"""

from collections.abc import Iterator

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.errors import AlreadyRunning, Facts, Happening
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.repair import KEY_LOST
from mailboxadmin.domain.run import Counts, Outcome, Result
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.key_check import opens
from mailboxadmin.services.syncing.outcome import record_outcome
from mailboxadmin.services.syncing.rounds import Candidate, all_candidates
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.services.work.runs import begin_run, held
from mailboxadmin.services.work.way import ending
from mailboxadmin.store.mailboxes import all_with_address, mailbox_row
from mailboxadmin.store.secrets import sealed_sign_ins

FACTS = Facts(
    phase=Phase.LOCAL,
    happening=Happening.SECRET_UNREADABLE,
    detail="The key that sealed this secret is not there.",
)


def tell_closed(deps: Deps) -> None:
    """Have each mailbox that cannot be opened say so now, and try those that can be again.

    No server is asked anything. What is paused, or waits for another password in any case,
    stays as it is.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    closed, opened = _changed(deps)
    for mailbox_id in closed:
        _tell(deps, mailbox_id)
    if opened:
        with deps.store.write() as db:
            for mailbox_id in opened:
                mailbox_row(db, mailbox_id).next_attempt_at = deps.clock.now()


def _changed(deps: Deps) -> tuple[list[int], list[int]]:
    """The mailboxes that do not open and do not say so; and those that open and say otherwise."""
    closed: list[int] = []
    opened: list[int] = []
    with deps.store.read() as db:
        found, sealed = all_candidates(db), sealed_sign_ins(db)
        findings = {row.id: row.finding for row, _ in all_with_address(db)}
    for each in _in_turn(found):
        said = findings[each.id]
        is_said = said is not None and Finding.from_json(said).code == KEY_LOST
        if all(opens(deps, secret) for secret in sealed[each.id]) == is_said:
            (opened if is_said else closed).append(each.id)
    return closed, opened


def _in_turn(found: list[Candidate]) -> Iterator[Candidate]:
    for each in found:
        if each.configured and each.active and not each.waits and each.state is not State.PAUSED:
            yield each


def _tell(deps: Deps, mailbox_id: int) -> None:
    try:
        run = begin_run(deps, mailbox_id, actor=SCHEDULER)
    except AlreadyRunning:
        return  # By another process, whose keys may be the right ones; its turn comes here too.
    with held(deps, run):
        finding = finding_for(deps, mailbox_id, FACTS)
        result = Result(
            outcome=Outcome.FAILED,
            counts=Counts(),
            finding=finding,
            facts=FACTS,
            steps=ending((), FACTS),
            broken_off=True,
        )
        record_outcome(deps, run, result)
