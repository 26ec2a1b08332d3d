"""What a monitor reads: the board in numbers."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.beat import Beat, read_beat
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.runs import is_live
from mailboxadmin.store import board, figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of now."""

    #: Every state is there.
    mailboxes: dict[str, int]
    #: By address, in seconds; without those that never succeeded.
    last_success_age_s: dict[str, float]
    #: By address; what is on the server and stored here.
    messages: dict[str, int]
    #: Runs that ended in the last 24 hours, by outcome.
    runs: dict[str, int]
    beat: Beat
    #: Seconds since the last tick; None when there never was one.
    beat_age_s: float | None


def read_figures(deps: Deps, *, scheduler_expected: bool) -> Figures:
    """The numbers of now."""
    now = deps.clock.now()
    with deps.store.read() as db:
        mailboxes = board.all_mailboxes(db, partial(is_live, now=now))
        runs = figures.runs_by_outcome(db, now - timedelta(hours=24))
    beat = read_beat(deps, expected=scheduler_expected)
    states = Counter(m.state.value for m in mailboxes)
    ticked = beat.last_tick_at
    return Figures(
        mailboxes={state.value: states[state.value] for state in State},
        last_success_age_s={
            m.address: (now - m.last_success_at).total_seconds()
            for m in mailboxes
            if m.last_success_at
        },
        messages={m.address: m.messages for m in mailboxes},
        runs=runs,
        beat=beat,
        beat_age_s=(now - ticked).total_seconds() if ticked else None,
    )
