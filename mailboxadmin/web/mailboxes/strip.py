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

from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.event import ROUTINE_CODE, Event, Lane
from mailboxadmin.domain.timeline import Outage, Slot, Timeline, Window, stretches, ticks
from mailboxadmin.web.mailboxes.story import Teller
from mailboxadmin.web.words import clock, count, exact, when

#: Pixels: above the lanes, of each lane with its label, and below them.
_HEAD, _LANE, _FOOT = 20, 36, 24
#: Percent: what happens now is drawn inside the picture, not on its edge.
_LEFT, _WIDTH = 0.5, 98.5
#: Percent: words of the axis keep clear of both ends.
_CLEAR = (5, 88)


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
class Line:
    """One thing in words, for who cannot see the strip."""

    at: datetime
    #: `Mon 23 Nov 14:28`.
    began: str
    #: The same, `now`, or empty when it was at one instant.
    ended: str
    text: str


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
_SPANS = {
    Window.DAY: "the last 24 hours",
    Window.WEEK: "the last 7 days",
    Window.MONTH: "the last 30 days",
}


def drawing(strip: Timeline, teller: Teller) -> Drawing:
    """Lay the strip out."""
    lanes = _lanes(strip, teller)
    kinds = {mark.kind for lane in lanes for mark in lane.marks}
    return Drawing(
        label=_label(strip),
        height=_HEAD + _LANE * len(lanes) + _FOOT,
        lanes=lanes,
        ticks=tuple(_ticks(strip)),
        now_x=_LEFT + _WIDTH,
        legend=tuple(each for each in _MEANINGS.items() if each[0] in kinds),
        broke=_broke(strip),
        lines=tuple(sorted(_lines(strip, teller), key=lambda line: line.at, reverse=True)),
    )


def _broke(strip: Timeline) -> Tick | None:
    at = strip.broke_at
    if at is None or at < strip.start_at:
        return None
    return Tick(x=_x(strip, at), label=f"broke {when(at, strip.now)}")


def _label(strip: Timeline) -> str:
    runs, failed = (sum(getattr(s, name) for s in strip.slots) for name in ("runs", "failed"))
    told = [
        count(sum(each.times for each in strip.outages), "outage"),
        f"{count(runs, 'sync')}, of which {failed:,} failed",
        f"{count(len(strip.events), 'thing')} done",
    ]
    span = _SPANS[strip.window].capitalize()
    return f"{span}: {'; '.join(told)}. All of it stands below in words."


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
        title=f"{_span(outage.began_at, outage.ended_at)}\n{_wrong(outage, strip.now)}",
    )


def _wrong(outage: Outage, now: datetime) -> str:
    length = duration_in_words((outage.ended_at or now) - outage.began_at)
    if outage.times > 1:
        return f"Out of order {outage.times} times within {length}, last: {outage.summary}"
    so_far = " so far" if outage.ended_at is None else ""
    kind = "mended itself or may" if outage.temporary else "needed someone"
    return f"Out of order for {length}{so_far} ({kind}): {outage.summary}"


def _sync(strip: Timeline, slot: Slot) -> Mark:
    x = _x(strip, slot.start_at)
    width = _x(strip, slot.end_at) - x
    return Mark(
        x=x,
        width=round(max(width * 0.8, 0.3), 2),
        kind=slot.kind,
        title=f"{_span(slot.start_at, slot.end_at)}\n{_synced(slot)}",
    )


def _synced(slot: Slot) -> str:
    if not slot.failed:
        return f"{count(slot.runs, 'sync')}, none failed"
    if slot.failed == slot.runs:
        return f"{count(slot.runs, 'sync')}, {'it' if slot.runs == 1 else 'all'} failed"
    return f"{count(slot.runs, 'sync')}, {slot.failed:,} failed"


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
        title=f"{_span(since, event.at)}\n{teller.sentence(event)}",
    )


def _span(start: datetime, end: datetime | None) -> str:
    return f"{exact(start)} to {exact(end) if end else 'now'}"


def _ticks(strip: Timeline) -> Iterable[Tick]:
    for at in ticks(strip):
        x = _x(strip, at)
        if _CLEAR[0] <= x <= _CLEAR[1]:
            fine = at.astimezone().hour % 6 != 0
            yield Tick(x=x, label=_tick_label(at, strip.window), fine=fine)


def _tick_label(at: datetime, window: Window) -> str:
    local = at.astimezone()
    if window is Window.DAY:
        return clock(at)
    return f"{local:%a} {local.day}" if window is Window.WEEK else f"{local.day} {local:%b}"


def _lines(strip: Timeline, teller: Teller) -> Iterable[Line]:
    for outage in strip.outages:
        ended = _moment(outage.ended_at) if outage.ended_at else "now"
        yield _line(outage.began_at, ended, _wrong(outage, strip.now))
    for event in strip.events:
        if event.code != ROUTINE_CODE:
            ended = _moment(event.at) if event.since else ""
            yield _line(event.since or event.at, ended, teller.sentence(event))
    for stretch in stretches(strip.slots):
        start = max(stretch.start_at, strip.start_at)
        yield _line(start, _moment(min(stretch.end_at, strip.now)), _synced(stretch))


def _line(at: datetime, ended: str, text: str) -> Line:
    return Line(at=at, began=_moment(at), ended=ended, text=text)


def _moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{local:%a} {local.day} {local:%b %H:%M}"
