"""Which mailboxes wait for their server: those that work, the most active first."""

from collections.abc import Iterator
from datetime import datetime

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store.live import Candidate, working_mailboxes


def mailboxes_to_begin(deps: Deps) -> list[Candidate]:
    """Those that should wait and do not; lines that should be no longer are given up.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        most = int(str(office_values(db)["live_mailboxes"]))
        working = working_mailboxes(db) if most else []
    chosen = [each for each in working if not _rests(deps, each, now)][:most]
    begun = deps.live.begun()
    for gone in begun - {each.id for each in chosen}:
        deps.live.give_up(gone)
    return list(_free(chosen, begun, now))


def _rests(deps: Deps, candidate: Candidate, now: datetime) -> bool:
    rest = deps.live.rests.get(candidate.id)
    return rest is not None and rest.holds(now, candidate.configured_at)


def _free(chosen: list[Candidate], begun: frozenset[int], now: datetime) -> Iterator[Candidate]:
    """Those that no run has open, or is about to."""
    for each in chosen:
        runs = each.lease is not None and is_live(each.lease, now)
        due = each.next_attempt_at is not None and each.next_attempt_at <= now
        if each.id not in begun and not runs and not due:
            yield each
