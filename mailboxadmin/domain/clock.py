"""Instants are aware UTC; this module is the one place that asks the machine for the time."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Protocol

from mailboxadmin.domain.counted import counted


class Clock(Protocol):
    """Where the product takes the time from; tests hand in one they can move."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow, for durations and deadlines."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only ever grow, for durations and deadlines."""
        return time.monotonic()


def rfc3339(at: datetime) -> str:
    """An instant as programs exchange it: UTC, whole seconds, `Z` (RFC 3339)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_rfc3339(text: str) -> datetime:
    """The instant that `text` names.

    Raises:
        ValueError: it is no RFC 3339 time, has no zone, or is beyond the calendar in UTC.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it as 2026-01-31T08:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is before the year 1 or after 9999 in UTC") from None


def last_time_of_day(at: time_of_day, now: datetime) -> datetime:
    """When it was that time of day in this machine's zone for the last time; now at the latest."""
    today = now.astimezone().date()
    instant = _on(today, at)
    return instant if instant <= now else _on(today - timedelta(days=1), at)


def _on(day: date, at: time_of_day) -> datetime:
    # Naive, so that the zone of that day is found and not today's: they differ by an hour twice
    # a year.
    return datetime.combine(day, at).astimezone()


def minutes(count: float) -> timedelta:
    """`count` minutes as a duration."""
    return timedelta(minutes=count)


def duration_in_words(duration: timedelta) -> str:
    """How long something lasted, to one unit: "40 minutes", "3 hours", "2 days"."""
    count = int(duration.total_seconds() // 60)
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if count >= size:
            return counted(count // size, unit)
    return "less than a minute"
