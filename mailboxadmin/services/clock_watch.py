"""Whether the machine's clock was set while we ran: it should go on as fast as the other one.

The wall clock can be set, the monotonic one only ever grows. A machine that slept looks
the same as one whose clock was put forward, so both are named.
"""

from datetime import timedelta

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.activity import add_entry

#: A smaller step is a correction that nobody needs to hear of.
JUMP = timedelta(minutes=2)


class ClockWatch:
    """Held against the monotonic clock from one look to the next."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._before = (deps.clock.now(), deps.clock.monotonic())

    def look(self) -> None:
        """Tell the log when the clock jumped since the last look.

        Raises:
            StoreUnavailable: the log cannot be written.
        """
        now, monotonic = self._deps.clock.now(), self._deps.clock.monotonic()
        then, then_monotonic = self._before
        self._before = (now, monotonic)
        seconds = (now - then).total_seconds() - (monotonic - then_monotonic)
        jump = timedelta(seconds=round(seconds))
        if abs(jump) > JUMP:
            with self._deps.store.write() as db:
                add_entry(db, _entry(jump), now)


def _entry(jump: timedelta) -> Entry:
    where = "forward" if jump > timedelta() else "back"
    slept = " (or the machine slept)" if jump > timedelta() else ""
    return Entry(
        code=Code.CLOCK_JUMPED,
        level=Level.WARNING,
        message=f"The machine's clock went {where} by {duration_in_words(abs(jump))} at "
        f"once{slept}: it was wrong before, or it is wrong now.",
        actor=SCHEDULER,
        detail={"seconds": round(jump.total_seconds())},
    )
