"""The scheduler's sign of life, as every page shows it and a monitor asks for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.room import has_room
from mailboxadmin.services.work.holder import is_over
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import beat as rows
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.leases import all_leases

#: Six ticks missed: the scheduler is gone, not late.
STALE_AFTER = timedelta(seconds=90)
#: A timer outside calls `sync --due`; it may come as seldom as mailboxes are due.
STALE_INTERVALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """When the scheduler last ticked, and whether that is too long ago."""

    #: None: there never was a tick.
    last_tick_at: datetime | None
    #: None when a timer outside decides.
    next_tick_at: datetime | None
    #: Runs that are going on.
    running: int
    #: `process 4121 on mailhost`; empty without a tick.
    where: str
    #: Mailboxes should be checked by themselves, and are not.
    stale: bool
    #: The folder on the full disk, where that is why there is no tick; whether the scheduler
    #: runs cannot be known then.
    full: Path | None = None
    #: The process that ticked last is known to have ended; another one may take its place.
    ended: bool = False


def read_beat(deps: Deps, *, expected: bool = True) -> Beat:
    """The sign of life.

    Args:
        expected: this process is to run the scheduler, so that no tick at all is a fault.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        seen = rows.read_heartbeat(db)
        running = sum(is_live(lease, now) for lease in all_leases(db))
        interval = rows.shortest_interval_minutes(db)
    if seen is None:
        return Beat(last_tick_at=None, next_tick_at=None, running=running, where="", stale=expected)
    limit = STALE_AFTER
    if seen.kind == "timer":
        limit = max(STALE_AFTER, STALE_INTERVALS * timedelta(minutes=interval))
    stale = now - seen.ticked_at > limit
    return Beat(
        last_tick_at=seen.ticked_at,
        next_tick_at=seen.next_tick_at,
        running=running,
        where=f"process {seen.pid} on {seen.host}",
        stale=stale,
        full=_full(deps) if stale else None,
        # Between its calls, a timer has none.
        ended=seen.kind != "timer" and is_over(seen.host, seen.pid),
    )


def _full(deps: Deps) -> Path | None:
    folder = database_file(deps.store.engine).parent
    return None if has_room(folder) else folder


def healthy(deps: Deps, *, expected: bool = True) -> bool:
    """True when the database answers and mailboxes are being checked."""
    try:
        return not read_beat(deps, expected=expected).stale
    except StoreUnavailable:
        return False
