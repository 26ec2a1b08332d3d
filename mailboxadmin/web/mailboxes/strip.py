"""The strip of a mailbox, laid out: lanes one below the other, each mark with its words.

Across, everything is in percent of the width and so fits every window; down, in
pixels, so that text stays as it is:

    broke 14:03 |                     words above the line, or beside it
    Out of order        [====|///]
    Syncs       || | || ||||||| ||
    Changes          ◆
    ------------+--------+---------   the axis, in this machine's zone
              21:00    00:00    now
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from mailboxadmin.domain.event import ROUTINE_CODE, Event, Lane
from mailboxadmin.domain.outage import Outage
from mailboxadmin.domain.timeline import Slot, Timeline, Window, ticks
from mailboxadmin.web.mailboxes.story import Teller
from mailboxadmin.web.mailboxes.strip_words import Line, label_of, lines_of, span, synced, wrong
from mailboxadmin.web.words import clock, exact, when

#: Pixels: above the lanes, of each lane with its label, and below them.
_HEAD, _LANE, _FOOT = 20, 36, 24
#: Percent: what happens now is drawn inside the picture, not on its edge.
_LEFT, _WIDTH = 0.5, 98.5
#: Percent: words of the axis keep clear of both ends.
_CLEAR = (5, 85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing on a lane."""

    #: Percent from the left.
    x: float
    #: Percent; 0 for a point in time.
    width: float
    #: `act` or `wait` (outages), `fine`, `some` or `failed` (syncs), `change`, `token`, `routine`
    #: or `stop`.
    kind: str
    #: For who points at it; each thing a line.
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLane:
    """One lane and what is on it, oldest first."""

    label: str
    #: Pixels from the top to its label.
    y: int
    marks: tuple[Mark, ...]
    #: Said in the place of marks; empty when there are some.
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A word on the axis."""

    x: float
    label: str
    #: Left out where there is little room.
    fine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The strip as its picture shows it, and the same in words."""

    #: What it is a picture of.
    label: str
    height: int
    lanes: tuple[DrawnLane, ...]
    ticks: tuple[Tick, ...]
    now_x: float
    #: The kinds of marks that are there, each with what it means.
    legend: tuple[tuple[str, str], ...]
    #: Where it broke; None when nothing is wrong, or that was before the strip begins.
    broke: Tick | None
    #: Newest first.
    lines: tuple[Line, ...]


_MEANINGS = {
    "act": "needed someone",
    "wait": "mended itself, or may",
    "fine": "synced",
    "some": "some syncs failed",
    "failed": "failed",
    "change": "changed",
    "token": "token",
    "routine": "token renewed",
    "stop": "scheduler stood still",
}


def drawing(strip: Timeline, teller: Teller) -> Drawing:
    """Lay the strip out."""
    lanes = _lanes(strip, teller)
    kinds = {mark.kind for lane in lanes for mark in lane.marks}
    return Drawing(
        label=label_of(strip),
        height=_HEAD + _LANE * len(lanes) + _FOOT,
        lanes=lanes,
        ticks=tuple(_ticks(strip)),
        now_x=_LEFT + _WIDTH,
        legend=tuple(each for each in _MEANINGS.items() if each[0] in kinds),
        broke=_broke(strip),
        lines=tuple(sorted(lines_of(strip, teller), key=lambda line: line.at, reverse=True)),
    )


def _broke(strip: Timeline) -> Tick | None:
    at = strip.broke_at
    if at is None or at < strip.start_at:
        return None
    return Tick(x=_x(strip, at), label=f"broke {when(at, strip.now)}")


def _lanes(strip: Timeline, teller: Teller) -> tuple[DrawnLane, ...]:
    by_lane: dict[Lane, list[Mark]] = {
        lane: _points(strip, (event for event in strip.events if event.lane is lane), teller)
        for lane in (Lane.CHANGE, Lane.TOKEN)
    }
    stops = [_stop(strip, event, teller) for event in strip.events if event.lane is Lane.SCHEDULER]
    drawn = [
        ("Out of order", [_outage(strip, each) for each in strip.outages], "never"),
        ("Syncs", [_sync(strip, each) for each in strip.slots], "none"),
        ("Changes", by_lane[Lane.CHANGE], "none"),
        ("Token", by_lane[Lane.TOKEN], ""),
        ("Not checked by itself", stops, ""),
    ]
    # The last two are there only for whom they concern.
    shown = [lane for lane in drawn if lane[1] or lane[2]]
    return tuple(
        DrawnLane(
            label=label,
            y=_HEAD + _LANE * number,
            marks=tuple(marks),
            nothing="" if marks else nothing,
        )
        for number, (label, marks, nothing) in enumerate(shown)
    )


def _x(strip: Timeline, at: datetime) -> float:
    return round(_LEFT + _WIDTH * strip.share(at), 2)


def _outage(strip: Timeline, outage: Outage) -> Mark:
    x = _x(strip, outage.began_at)
    return Mark(
        x=x,
        width=round(max(_x(strip, outage.ended_at or strip.now) - x, 0.6), 2),
        kind="wait" if outage.temporary else "act",
        title=f"{span(outage.began_at, outage.ended_at)}\n{wrong(outage, strip.now)}",
    )


def _sync(strip: Timeline, slot: Slot) -> Mark:
    x = _x(strip, slot.start_at)
    width = _x(strip, slot.end_at) - x
    return Mark(
        x=x,
        width=round(max(width * 0.8, 0.3), 2),
        kind=slot.kind,
        title=f"{span(slot.start_at, slot.end_at)}\n{synced(slot)}",
    )


def _points(strip: Timeline, events: Iterable[Event], teller: Teller) -> list[Mark]:
    """Those too close to be told apart are one mark that tells of each."""
    slot_s = strip.window.slot.total_seconds()
    near = groupby(events, key=lambda event: int(event.at.timestamp() // slot_s))
    return [_point(strip, list(together), teller) for _, together in near]


def _point(strip: Timeline, events: list[Event], teller: Teller) -> Mark:
    routine = all(event.code == ROUTINE_CODE for event in events)
    lane = events[0].lane
    return Mark(
        x=_x(strip, events[0].at),
        width=0,
        kind="routine" if routine else "token" if lane is Lane.TOKEN else "change",
        title="\n".join(f"{exact(event.at)}\n{teller.sentence(event)}" for event in events),
    )


def _stop(strip: Timeline, event: Event, teller: Teller) -> Mark:
    since = event.since or event.at
    x = _x(strip, since)
    return Mark(
        x=x,
        width=round(max(_x(strip, event.at) - x, 0.6), 2),
        kind="stop",
        title=f"{span(since, event.at)}\n{teller.sentence(event)}",
    )


def _ticks(strip: Timeline) -> Iterable[Tick]:
    for at in ticks(strip):
        x = _x(strip, at)
        if _CLEAR[0] <= x <= _CLEAR[1]:
            local = at.astimezone()
            every_other = strip.window is Window.WEEK and local.toordinal() % 2 == 1
            fine = local.hour % 6 != 0 or every_other
            yield Tick(x=x, label=_tick_label(at, strip.window), fine=fine)


def _tick_label(at: datetime, window: Window) -> str:
    local = at.astimezone()
    if window is Window.DAY:
        return clock(at)
    return f"{local:%a} {local.day}" if window is Window.WEEK else f"{local.day} {local:%b}"
