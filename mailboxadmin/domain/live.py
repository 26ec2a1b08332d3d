"""When a mailbox waits on IDLE, for how long, and when it is left alone; all of it pure.

chosen ──► connected ──► waits ──► the server tells of a change ──► a run ──► chosen again
   ▲                       │ lost              │ and the run brought nothing
   └──── rests a while ◄───┴───────────────────┘ rests, longer each time

While it rests it is looked at as often as any other mailbox.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: A server may end an IDLE after 30 minutes; it is renewed well before (RFC 2177, 3).
RENEW_AFTER = timedelta(minutes=24)
#: A wait looks at the clock as often as this.
SLICE = timedelta(seconds=60)
#: When the wall clock is so far ahead of the other one, the machine slept meanwhile, and the
#: connection is probably gone without a word.
SLEPT = timedelta(seconds=30)

#: After the first, second, ... connection in a row that was lost or refused; the last repeats.
LOST_DELAYS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600))
#: A server that allows no more connections, or counts refused sign-ins, is left to the runs.
REFUSED_DELAY = timedelta(hours=1)
SLOW_DOWN_DELAY = timedelta(minutes=30)
NOT_OFFERED_DELAY = timedelta(days=1)
#: Of changes that turn out to be none: 2, 4, 8, … seconds, and no more than a usual interval.
LONGEST_VAIN = timedelta(minutes=5)
#: Lengthened by up to this share, so that an office does not knock in one instant.
JITTER_SHARE = 0.5


class Ended(StrEnum):
    """Why a mailbox no longer waits."""

    #: The server told of a change, or had one when we came.
    CHANGED = "changed"
    #: For a run, a setting or the end of the process.
    GIVEN_UP = "given_up"
    #: The connection broke, or could not be made.
    LOST = "lost"
    #: The sign-in was refused or the consent ended.
    REFUSED = "refused"
    SLOW_DOWN = "slow_down"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A mailbox that is not to be waited for just now."""

    until: datetime
    #: How often in a row the connection was lost.
    losses: int = 0
    #: When its configuration was saved then: a change since ends the rest.
    configured_at: datetime | None

    def holds(self, now: datetime, configured_at: datetime | None) -> bool:
        """True while it is left alone."""
        return now < self.until and configured_at == self.configured_at


def delay_after(
    ended: Ended, *, losses: int, chance: float, asked: timedelta | None = None
) -> timedelta:
    """How long a mailbox is left alone.

    Args:
        losses: connections in a row that were lost, this one counted.
        chance: a number in [0, 1) from which the jitter is made, so that this stays pure.
        asked: the time that the server named.
    """
    if ended in (Ended.CHANGED, Ended.GIVEN_UP):
        return timedelta(0)
    if ended is Ended.LOST:
        delay = LOST_DELAYS[min(max(losses, 1), len(LOST_DELAYS)) - 1]
    else:
        delay = {
            Ended.REFUSED: REFUSED_DELAY,
            Ended.SLOW_DOWN: SLOW_DOWN_DELAY,
            Ended.NOT_OFFERED: NOT_OFFERED_DELAY,
        }[ended]
    return max(delay * (1 + JITTER_SHARE * chance), asked or timedelta(0))


def delay_after_vain(times: int) -> timedelta:
    """How long to leave it alone after so many changes in a row that brought nothing."""
    return min(timedelta(seconds=2.0 ** min(times, 16)), LONGEST_VAIN) if times else timedelta(0)


def is_enough(*, wall: timedelta, monotonic: timedelta) -> bool:
    """True when an IDLE is to be renewed, after so much time on each clock.

    The monotonic one stands still while a machine sleeps, the other one may be set.
    """
    return max(wall, monotonic) >= RENEW_AFTER or wall - monotonic >= SLEPT
