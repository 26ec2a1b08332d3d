"""The scheduler's sign of life, as it is written; `beat.py` reads it.

A scheduler that ends properly leaves no next tick behind. One that finds a next
tick when it begins knows that its forerunner was killed:

    started ──► ticked ──► ticked ──► stopped            next tick: none
                   └── killed                            next tick: was promised
                         └── took over (another process, or the same one started again)

A scheduler that finds another one's tick between two of its own has a rival: two of them
work at the same time, which the lock prevents unless the two do not see the same lock.
"""

import os
import platform
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.clock_watch import mind_the_future
from mailboxadmin.services.work.beat import STALE_AFTER
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.heartbeat import heartbeat_row, write_heartbeat
from mailboxadmin.store.tables import HeartbeatRow

SCHEDULER_KIND = "scheduler"
#: `sync --due`, called by a timer outside.
TIMER_KIND = "timer"
#: Two schedulers that go on side by side are told of so often.
RIVAL_TOLD_EVERY = timedelta(hours=1)


def scheduler_started(deps: Deps, *, waited: bool, next_tick_at: datetime) -> None:
    """This process runs the scheduler from now on; the log says whether it took over.

    Args:
        waited: another process ran it until now.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        before = heartbeat_row(db)
        entry = _started_entry(before, waited=waited)
        if before is not None:
            mind_the_future(db, before.ticked_at, now)
        _write(db, now, next_tick_at)
        add_entry(db, entry, now)


def scheduler_ticked(deps: Deps, *, next_tick_at: datetime) -> None:
    """A tick; when the one before was long ago, the log says that it stood still."""
    now = deps.clock.now()
    with deps.store.write() as db:
        before = heartbeat_row(db)
        last_tick_at = before.ticked_at if before is not None else now
        if before is not None and _is_rival(before, now):
            _write(db, now, next_tick_at, **_rival(before, now), **_compared(deps))
            if before.rival_at is None or now - before.rival_at > RIVAL_TOLD_EVERY:
                add_entry(db, _doubled_entry(before), now)
        else:
            _write(db, now, next_tick_at, **_compared(deps))
        if now - last_tick_at > STALE_AFTER:
            add_entry(db, _stalled_entry(last_tick_at, now), now)


def scheduler_stopped(deps: Deps) -> None:
    """The scheduler of this process has ended as it should."""
    now = deps.clock.now()
    with deps.store.write() as db:
        _write(db, now, None)
        message = f"The scheduler in process {os.getpid()} was stopped."
        add_entry(db, Entry(code=Code.SCHEDULER_STOPPED, message=message, actor=SCHEDULER), now)


def timer_ticked(deps: Deps) -> None:
    """A timer outside looked for due mailboxes; a scheduler that is alive goes before it."""
    now = deps.clock.now()
    with deps.store.write() as db:
        before = heartbeat_row(db)
        if before is not None and before.kind == SCHEDULER_KIND and _is_alive(before, now):
            return
        if before is not None:
            mind_the_future(db, before.ticked_at, now)
        write_heartbeat(
            db,
            kind=TIMER_KIND,
            host=platform.node(),
            pid=os.getpid(),
            now=now,
            next_tick_at=None,
        )


def _write(db: Session, now: datetime, next_tick_at: datetime | None, **noticed: Any) -> None:
    write_heartbeat(
        db,
        kind=SCHEDULER_KIND,
        host=platform.node(),
        pid=os.getpid(),
        now=now,
        next_tick_at=next_tick_at,
        **noticed,
    )


def _is_rival(before: HeartbeatRow, now: datetime) -> bool:
    """Whether another scheduler ticked after our own last tick, and goes on."""
    other = (before.host, before.pid) != (platform.node(), os.getpid())
    return other and before.kind == SCHEDULER_KIND and _is_alive(before, now)


def _rival(before: HeartbeatRow, now: datetime) -> dict[str, Any]:
    return {"rival_host": before.host, "rival_pid": before.pid, "rival_at": now}


def _compared(deps: Deps) -> dict[str, Any]:
    """What somebody else's clock said, so that other processes know it too."""
    last = deps.web_time.last
    return {} if last is None else {"ahead_s": last.ahead_s, "compared_at": last.at}


def _is_alive(before: HeartbeatRow, now: datetime) -> bool:
    return before.next_tick_at is not None and now - before.ticked_at <= STALE_AFTER


def _started_entry(before: HeartbeatRow | None, *, waited: bool) -> Entry:
    pid = os.getpid()
    detail: dict[str, object] = {"process": pid, "host": platform.node()}
    was_killed = before is not None and before.next_tick_at is not None
    if before is None or not (waited or was_killed):
        message = f"The scheduler was started in process {pid}."
        return Entry(code=Code.SCHEDULER_STARTED, message=message, actor=SCHEDULER, detail=detail)
    detail |= {"process_before": before.pid, "last_tick_at": rfc3339(before.ticked_at)}
    how = "ended without a word" if was_killed else "was stopped"
    return Entry(
        code=Code.SCHEDULER_TOOK_OVER,
        level=Level.WARNING if was_killed else Level.INFO,
        message=f"The scheduler goes on in process {pid}; process {before.pid} {how}.",
        actor=SCHEDULER,
        detail=detail,
    )


def _doubled_entry(rival: HeartbeatRow) -> Entry:
    pid = os.getpid()
    return Entry(
        code=Code.SCHEDULER_DOUBLED,
        level=Level.WARNING,
        message=f"Two schedulers run at the same time: process {pid} on {platform.node()} and "
        f"process {rival.pid} on {rival.host}. No mailbox is synced twice at once, but all else "
        "is done twice: stop one of them.",
        actor=SCHEDULER,
        detail={"process": pid, "other_process": rival.pid, "other_host": rival.host},
    )


def _stalled_entry(last_tick_at: datetime, now: datetime) -> Entry:
    seconds = round((now - last_tick_at).total_seconds())
    return Entry(
        code=Code.SCHEDULER_STALLED,
        level=Level.WARNING,
        message=f"The scheduler stood still for {seconds} seconds: the machine slept, was too "
        "busy, or its clock was set.",
        actor=SCHEDULER,
        detail={"seconds": seconds, "last_tick_at": rfc3339(last_tick_at)},
    )
