"""When nothing was checked by itself: read from what the scheduler said of itself.

Each pair below is a standstill, from what stands left to what stands right:

    stopped ........ started      a person did both
    last tick ...... took over    a process ended without a word
    last tick ...... stalled      the machine slept, or was too busy
    stopped ........ now          unless something ticked since

A short one delays nothing, and is none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mailboxadmin.domain.activity import SCHEDULER, Code, Logged
from mailboxadmin.domain.clock import parse_rfc3339
from mailboxadmin.domain.event import Event, Lane

#: What the scheduler says of itself.
SCHEDULER_CODES = (
    Code.SCHEDULER_STARTED,
    Code.SCHEDULER_STOPPED,
    Code.SCHEDULER_STALLED,
    Code.SCHEDULER_TOOK_OVER,
)


def standstills(
    entries: Iterable[Logged],
    last_tick_at: datetime | None,
    now: datetime,
    *,
    shortest: timedelta,
) -> list[Event]:
    """The standstills of at least that length, oldest first; each is an event at its end.

    Args:
        entries: those of `SCHEDULER_CODES`.
        last_tick_at: the scheduler's, or that of a timer outside; None when there was none.
    """
    found: list[Event] = []
    stopped: Logged | None = None
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.code == Code.SCHEDULER_STOPPED:
            stopped = entry
            continue
        since = _since(entry, stopped)
        stopped = None
        if since is not None:
            found.append(_event(entry, since, entry.at))
    if stopped is not None and (last_tick_at is None or last_tick_at <= stopped.at):
        found.append(_event(stopped, stopped.at, now))
    return [event for event in found if event.since and event.at - event.since >= shortest]


def _since(entry: Logged, stopped: Logged | None) -> datetime | None:
    if stopped is not None:
        return stopped.at
    told = entry.detail.get("last_tick_at")
    return parse_rfc3339(str(told)) if told else None


def _event(entry: Logged, since: datetime, until: datetime) -> Event:
    return Event(
        at=until,
        lane=Lane.SCHEDULER,
        code=entry.code,
        actor=SCHEDULER,
        message=entry.message,
        since=since,
    )
