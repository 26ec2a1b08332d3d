"""Thirty days of a mailbox: the mail of each, its trouble, and whether it was changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from mailboxadmin.domain.outage import Outage

DAYS = 30


class Health(StrEnum):
    """How a day went."""

    OK = "ok"
    #: It could not be read for a while, and mended itself.
    WAIT = "wait"
    #: Someone had to act.
    BAD = "bad"
    #: No mail, and nothing wrong.
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a mailbox, in this machine's zone."""

    date: date
    #: Messages that arrived.
    count: int
    health: Health
    #: For how long something was wrong.
    trouble: timedelta
    #: Someone changed what it is read with.
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The last thirty days, oldest first."""

    days: tuple[Day, ...]

    @property
    def messages(self) -> int:
        """All that arrived."""
        return sum(day.count for day in self.days)

    @property
    def bad_days(self) -> int:
        """Days on which something was wrong."""
        return sum(day.health in (Health.BAD, Health.WAIT) for day in self.days)

    @property
    def trouble(self) -> timedelta:
        """For how long something was wrong in all."""
        return sum((day.trouble for day in self.days), timedelta())


def first_day(now: datetime) -> datetime:
    """The instant at which the thirty days begin."""
    return midnight(now.astimezone().date() - timedelta(days=DAYS - 1))


def month(
    now: datetime,
    counts: Mapping[str, int],
    outages: Sequence[Outage],
    changed_at: Collection[datetime],
) -> Month:
    """The days, today's the last.

    Args:
        counts: messages that arrived, by day (`2026-01-31`).
        changed_at: when someone changed what it is read with.
    """
    today = now.astimezone().date()
    changed = {at.astimezone().date() for at in changed_at}
    dates = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    met = _by_day(outages, now)
    return Month(
        days=tuple(
            _day(each, counts.get(each.isoformat(), 0), met[each], each in changed, now)
            for each in dates
        )
    )


def midnight(day: date) -> datetime:
    """When a day begins in this machine's zone."""
    # Naive on purpose: the machine knows what its zone did on that day.
    return datetime.combine(day, time()).astimezone(UTC)


def _by_day(outages: Iterable[Outage], now: datetime) -> dict[date, list[Outage]]:
    """The outages of each day: begun on it, if only for a moment, or lasting into it."""
    found: dict[date, list[Outage]] = defaultdict(list)
    for each in outages:
        # What ends at midnight is over by then.
        last_at = max(each.began_at, (each.ended_at or now) - timedelta.resolution)
        day, last = each.began_at.astimezone().date(), last_at.astimezone().date()
        while day <= last:
            found[day].append(each)
            day += timedelta(days=1)
    return found


def _day(day: date, count: int, met: Sequence[Outage], changed: bool, now: datetime) -> Day:
    start, end = midnight(day), midnight(day + timedelta(days=1))
    lengths = (min(each.ended_at or now, end) - max(each.began_at, start) for each in met)
    return Day(
        date=day,
        count=count,
        health=_health(met, count),
        trouble=sum(lengths, timedelta()),
        changed=changed,
    )


def _health(met: Sequence[Outage], count: int) -> Health:
    if met:
        return Health.WAIT if all(each.temporary for each in met) else Health.BAD
    return Health.OK if count else Health.NONE
