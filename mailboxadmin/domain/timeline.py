"""What happened to one mailbox within a window of time: outages, syncs, changes.

    start |----o--o--o--====--o--o--x--x--x--o--o--| now
                 syncs  outage      changes

Syncs are counted in slots, since a month of them is thousands. Everything is placed
by instants, so that a day of 23 or 25 hours is as wide as it was long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby

from mailboxadmin.domain.event import Event
from mailboxadmin.domain.outage import Outage


class Window(StrEnum):
    """How far back one looks."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def length(self) -> timedelta:
        """From its start until now."""
        return _LENGTHS[self]

    @property
    def slot(self) -> timedelta:
        """So much time is drawn as one."""
        return _SLOTS[self]


_LENGTHS = {
    Window.DAY: timedelta(hours=24),
    Window.WEEK: timedelta(days=7),
    Window.MONTH: timedelta(days=30),
}
_SLOTS = {
    Window.DAY: timedelta(minutes=15),
    Window.WEEK: timedelta(hours=2),
    Window.MONTH: timedelta(hours=8),
}


def window_for(broke_at: datetime | None, now: datetime) -> Window:
    """The shortest window in which one sees it break; a week when nothing is wrong."""
    if broke_at is None:
        return Window.WEEK
    fitting = (window for window in Window if now - broke_at <= window.length)
    return next(fitting, Window.MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The syncs that began within some time."""

    start_at: datetime
    end_at: datetime
    runs: int
    failed: int

    @property
    def kind(self) -> str:
        """`fine`, `some` failed, or `failed` all of them."""
        if not self.failed:
            return "fine"
        return "failed" if self.failed == self.runs else "some"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One mailbox from the start of a window until now; each list is oldest first."""

    window: Window
    start_at: datetime
    now: datetime
    #: Since when it is out of order; None when it is in order.
    broke_at: datetime | None
    outages: tuple[Outage, ...]
    #: Only those with a sync in them.
    slots: tuple[Slot, ...]
    events: tuple[Event, ...]

    def share(self, at: datetime) -> float:
        """Where an instant stands between the start (0) and now (1); within these bounds."""
        return min(max((at - self.start_at) / (self.now - self.start_at), 0.0), 1.0)


def timeline(
    window: Window,
    now: datetime,
    *,
    broke_at: datetime | None,
    outages: Iterable[Outage],
    slots: Iterable[Slot],
    events: Iterable[Event],
) -> Timeline:
    """The strip; what ended before its start, or came after now, is left out."""
    start = now - window.length
    return Timeline(
        window=window,
        start_at=start,
        now=now,
        broke_at=broke_at,
        outages=_together(
            (each for each in outages if each.ended_at is None or each.ended_at > start),
            window.slot,
        ),
        slots=tuple(slots),
        events=tuple(
            sorted(
                (each for each in events if start <= each.at <= now),
                key=lambda event: event.at,
            )
        ),
    )


def _together(outages: Iterable[Outage], slot: timedelta) -> tuple[Outage, ...]:
    """Outages too close to be told apart are drawn as one; else flapping fills the page."""
    found: list[Outage] = []
    for each in sorted(outages, key=lambda outage: outage.began_at):
        last = found[-1] if found else None
        if last is None or not _near(last, each, slot):
            found.append(each)
            continue
        found[-1] = Outage(
            began_at=last.began_at,
            ended_at=each.ended_at,
            temporary=last.temporary,
            code=each.code,
            summary=each.summary,
            times=last.times + each.times,
        )
    return tuple(found)


def _near(last: Outage, each: Outage, slot: timedelta) -> bool:
    if last.ended_at is None or last.temporary is not each.temporary:
        return False
    short = last.ended_at - last.began_at < slot
    return (short or last.times > 1) and each.began_at - last.ended_at < slot


def slot_at(number: int, runs: int, failed: int, window: Window) -> Slot:
    """The slot of that number, counted from the epoch, so that slots stand still as time goes."""
    start = datetime.fromtimestamp(number * window.slot.total_seconds(), UTC)
    return Slot(start_at=start, end_at=start + window.slot, runs=runs, failed=failed)


def stretches(slots: Sequence[Slot]) -> list[Slot]:
    """Slots that follow each other and went alike, as one: "08:00-11:00, 36 syncs"."""
    found: list[Slot] = []
    for _, alike in groupby(slots, key=lambda slot: slot.kind):
        for slot in alike:
            last = found[-1] if found else None
            if last and last.kind == slot.kind and last.end_at == slot.start_at:
                found[-1] = Slot(
                    start_at=last.start_at,
                    end_at=slot.end_at,
                    runs=last.runs + slot.runs,
                    failed=last.failed + slot.failed,
                )
            else:
                found.append(slot)
    return found


def ticks(strip: Timeline) -> list[datetime]:
    """The instants that the axis names: hours, midnights or Mondays of this machine's zone."""
    day, end = strip.start_at.astimezone().date(), strip.now.astimezone().date()
    hours = range(0, 24, 3) if strip.window is Window.DAY else (0,)
    found: list[datetime] = []
    while day <= end:
        if strip.window is not Window.MONTH or day.weekday() == 0:
            # Naive on purpose: the machine knows what its zone did on that day.
            found += [datetime.combine(day, time(hour)).astimezone(UTC) for hour in hours]
        day += timedelta(days=1)
    return [at for at in found if strip.start_at <= at <= strip.now]
