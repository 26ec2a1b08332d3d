"""The strip of a mailbox in words: what a mark says, and all of it for who cannot see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailboxadmin.domain.clock import duration_in_words
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.event import ROUTINE_CODE
from mailboxadmin.domain.outage import Outage
from mailboxadmin.domain.timeline import Slot, Timeline, Window, stretches
from mailboxadmin.web.mailboxes.story import Teller
from mailboxadmin.web.words import exact

_SPANS = {
    Window.DAY: "the last 24 hours",
    Window.WEEK: "the last 7 days",
    Window.MONTH: "the last 30 days",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing in words, for who cannot see the strip."""

    at: datetime
    #: `Mon 23 Nov 14:28`.
    began: str
    #: The same, `now`, or empty when it was at one instant.
    ended: str
    text: str


def label_of(strip: Timeline) -> str:
    """What it is a picture of."""
    runs, failed = (sum(getattr(s, name) for s in strip.slots) for name in ("runs", "failed"))
    told = [
        counted(sum(each.times for each in strip.outages), "outage"),
        f"{counted(runs, 'sync')}, of which {failed:,} failed",
        f"{counted(len(strip.events), 'thing')} done",
    ]
    window = _SPANS[strip.window].capitalize()
    return f"{window}: {'; '.join(told)}. All of it stands below in words."


def span(start: datetime, end: datetime | None) -> str:
    """From when to when, for who points at it; None is now."""
    return f"{exact(start)} to {exact(end) if end else 'now'}"


def wrong(outage: Outage, now: datetime) -> str:
    """How long it was out of order, and by what."""
    length = duration_in_words((outage.ended_at or now) - outage.began_at)
    if outage.times > 1:
        return f"Out of order {outage.times} times within {length}, last: {outage.summary}"
    so_far = " so far" if outage.ended_at is None else ""
    kind = "mended itself or may" if outage.temporary else "needed someone"
    return f"Out of order for {length}{so_far} ({kind}): {outage.summary}"


def synced(slot: Slot) -> str:
    """How many syncs there were, and how many failed."""
    if not slot.failed:
        return f"{counted(slot.runs, 'sync')}, none failed"
    if slot.failed == slot.runs:
        return f"{counted(slot.runs, 'sync')}, {'it' if slot.runs == 1 else 'all'} failed"
    return f"{counted(slot.runs, 'sync')}, {slot.failed:,} failed"


def lines_of(strip: Timeline, teller: Teller) -> Iterator[Line]:
    """Everything on it: outages, what was done, syncs."""
    for outage in strip.outages:
        ended = _moment(outage.ended_at) if outage.ended_at else "now"
        yield _line(outage.began_at, ended, wrong(outage, strip.now))
    for event in strip.events:
        if event.code != ROUTINE_CODE:
            ended = _moment(event.at) if event.since else ""
            yield _line(event.since or event.at, ended, teller.sentence(event))
    for stretch in stretches(strip.slots):
        start = max(stretch.start_at, strip.start_at)
        yield _line(start, _moment(min(stretch.end_at, strip.now)), synced(stretch))


def _line(at: datetime, ended: str, text: str) -> Line:
    return Line(at=at, began=_moment(at), ended=ended, text=text)


def _moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{local:%a} {local.day} {local:%b %H:%M}"
