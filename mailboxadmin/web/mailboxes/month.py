"""The chart of thirty days: a bar a day, and what each says to who points at it."""

from dataclasses import dataclass
from datetime import timedelta

from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.month import Day, Health, Month


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDay:
    """A bar of the chart."""

    count: int
    health: Health
    changed: bool
    #: `Mon 23 Nov: 42 messages; needed someone, for 3 hours in all`.
    label: str


def days_of(month: Month) -> tuple[DrawnDay, ...]:
    """The bars, oldest first."""
    return tuple(
        DrawnDay(count=day.count, health=day.health, changed=day.changed, label=_label(day))
        for day in month.days
    )


def _label(day: Day) -> str:
    said = [counted(day.count, "message")]
    if day.health is Health.BAD:
        said.append(f"needed someone{_lasted(day.trouble)}")
    elif day.health is Health.WAIT:
        said.append(f"out of order for a while{_lasted(day.trouble)}")
    if day.changed:
        said.append("its settings were changed")
    return f"{day.date:%a} {day.date.day} {day.date:%b}: {'; '.join(said)}"


def _lasted(trouble: timedelta) -> str:
    return f", for {in_all(trouble)} in all" if trouble else ""


def in_all(trouble: timedelta) -> str:
    """A sum of times: `45 hours` rather than a day, which it was never in one piece."""
    hours = int(trouble / timedelta(hours=1))
    return counted(hours, "hour") if 24 <= hours < 100 else duration_in_words(trouble)
