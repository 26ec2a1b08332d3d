"""Whether the machine's clock was set while we ran: it should go on as fast as the other one.

The wall clock can be set, the monotonic one only ever grows. A machine that slept looks
the same as one whose clock was put forward, so both are named.

After a jump forward everything that was planned is due at once, which harms nothing. After one
back it would be due only when the clock is again where it was, perhaps in a year. So what was
planned is moved along, also at a start that finds a sign of life from the future.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.schedule import move_earlier

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
                if jump < timedelta():
                    move_earlier(db, -jump, now)


def mind_the_future(db: Session, last_tick_at: datetime, now: datetime) -> None:
    """The clock was put back while no scheduler ran: what it had planned is moved along."""
    if last_tick_at - now > JUMP:
        jump = timedelta(seconds=round((now - last_tick_at).total_seconds()))
        add_entry(db, _entry(jump), now)
        move_earlier(db, -jump, now)


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
