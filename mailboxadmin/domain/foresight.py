"""What will break if nobody acts, from what was counted and measured; pure: the caller brings it.

certificate   its last day, told 14, 7 and 1 days before
disk          full at the pace of the last days, told the same
quiet         nothing came for more than five times the usual gap, and for a day at least
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

#: Days before the end at which it is told anew; the last one that was passed counts.
DAYS_BEFORE: Final = (14, 7, 1, 0)
#: A pace is measured over this time, and over a day at least.
PACE_OVER: Final = timedelta(days=7)
PACE_AT_LEAST: Final = timedelta(days=1)
#: Fewer messages tell of no habit.
LEAST_HISTORY: Final = 20
#: How many of the newest messages tell what is usual.
HISTORY: Final = 100
#: Nothing came for so many times the usual gap, and for so long at least.
MUCH_LONGER: Final = 5
QUIET_AT_LEAST: Final = timedelta(hours=24)

#: When it was looked, and how many bytes were free.
Sample = tuple[datetime, int]


def told_for(ends_at: datetime, now: datetime) -> int | None:
    """The last of the named days before the end that was passed; None while it is far away."""
    passed = [days for days in DAYS_BEFORE if ends_at - now <= timedelta(days=days)]
    return min(passed, default=None)


def full_at(samples: Sequence[Sample], now: datetime, free: int) -> datetime | None:
    """When the disk is full if it goes on as in the last days.

    None: it does not fill, it takes longer than anybody plans, or too little was measured.
    """
    recent = [each for each in samples if timedelta() <= now - each[0] <= PACE_OVER]
    if not recent:
        return None
    at, before = min(recent)
    if now - at < PACE_AT_LEAST or free >= before:
        return None
    left = (now - at) * (free / (before - free))
    return now + left if left < timedelta(days=3650) else None


def usual_gap(arrivals: Sequence[datetime]) -> timedelta | None:
    """The median time between two messages; None with too few of them."""
    if len(arrivals) < LEAST_HISTORY:
        return None
    ordered = sorted(arrivals)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    return timedelta(seconds=median(gap.total_seconds() for gap in gaps))


def is_quiet(last_at: datetime, gap: timedelta, now: datetime) -> bool:
    """Nothing came for much longer than usual."""
    return now - last_at > max(MUCH_LONGER * gap, QUIET_AT_LEAST)
