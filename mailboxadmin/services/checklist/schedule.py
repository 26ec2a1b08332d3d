"""4. Is the clock running: one scheduler that ticks, no run that is stuck, the right time."""

import platform
from datetime import datetime, timedelta

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.clock import duration_in_words, rfc3339
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.checklist.answer import Found, Point, Verdict, together
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.machine.file_lock import SCHEDULER_LOCK, FileLock
from mailboxadmin.services.web_time import Compared
from mailboxadmin.services.work.beat import read_beat
from mailboxadmin.services.work.holder import is_over
from mailboxadmin.services.work.runs import LEASE_LASTS, is_live
from mailboxadmin.store.activity_pages import entries
from mailboxadmin.store.beat import Heartbeat, read_heartbeat
from mailboxadmin.store.checklist import LiveRun, open_runs
from mailboxadmin.store.doctor import latest_instant

#: How far a clock may be off: two machines never agree exactly.
CLOCK_TOLERANCE = timedelta(minutes=2)
#: A jump of the clock, and what others said of it, is spoken of for so long.
JUMP_TOLD = timedelta(days=1)
#: After a stall it is left as a remark.
STALL_TOLD = timedelta(hours=1)
#: Another scheduler that was noticed so recently works still.
RIVAL_FOR = timedelta(minutes=5)
WEEK = timedelta(days=7)
#: What a run may take beyond its time limit until it counts as stuck.
GRACE = timedelta(minutes=2)

START_IT = (
    "Start `mailboxadmin serve`, or have a timer call `mailboxadmin sync --due` every few minutes."
)
SET_IT = "Set the machine's clock, and let it be kept right (timedatectl set-ntp true)."


def scheduler(look: Look) -> Found:
    """Whether mailboxes are checked by themselves."""
    beat = read_beat(look.deps)
    if beat.last_tick_at is None:
        return _stopped("No mailbox is checked by itself: the scheduler never ran.", START_IT)
    last = f"last tick {rfc3339(beat.last_tick_at)}, {beat.where}"
    if beat.full:
        return _stopped(
            f"No mailbox is checked by itself: the disk that holds {beat.full} is full ({last}).",
            "Make room there; a scheduler that runs goes on by itself within a minute. Where none "
            "runs, start `mailboxadmin serve` then.",
        )
    if beat.ended:
        return _stopped(
            f"The process that checked mailboxes has ended ({last}).",
            "Start `mailboxadmin serve`; where another server runs on this instance, it takes over "
            "within half a minute.",
        )
    if beat.stale:
        said = f"No mailbox is checked by itself: the scheduler stands still ({last})."
        return _stopped(said, START_IT)
    return Found(summary=f"Mailboxes are checked by themselves ({last}).")


def _stopped(summary: str, fix: str) -> Found:
    return Found(summary=summary, fix=fix, word="Not running")


def schedulers(look: Look) -> Found:
    """Whether there is only one."""
    now = look.deps.clock.now()
    with look.deps.store.read() as db:
        beat = read_heartbeat(db)
    rival = _rival(beat, now) or _other_holder(look, beat)
    if rival is None:
        return Found(summary="No second scheduler was noticed.")
    return Found(
        summary=f"Two schedulers run at the same time: {rival}. No mailbox is synced twice at "
        "once, but all else is done twice.",
        fix="Stop one of them. Two servers may share an instance folder only where both see the "
        "same lock: not over a network disk, nor from two containers with a folder each.",
        word="Two schedulers",
    )


def _rival(beat: Heartbeat | None, now: datetime) -> str | None:
    if beat is None or beat.rival_at is None or now - beat.rival_at > RIVAL_FOR:
        return None
    return f"process {beat.pid} on {beat.host} and process {beat.rival_pid} on {beat.rival_host}"


def _other_holder(look: Look, beat: Heartbeat | None) -> str | None:
    """The process that holds the lock, when another one on this machine ticks."""
    if beat is None or beat.kind != "scheduler" or beat.host != platform.node():
        return None
    if look.deps.clock.now() - beat.ticked_at > CLOCK_TOLERANCE or is_over(beat.host, beat.pid):
        return None
    lock = FileLock(look.deps.instance / SCHEDULER_LOCK)
    holder = lock.holder()
    if holder in (None, beat.pid) or not lock.is_held_elsewhere():
        return None
    return f"process {beat.pid} ticks, and process {holder} holds the lock"


def ticks(look: Look) -> Found:
    """How often it stood still."""
    now, above = look.deps.clock.now(), look.entries_since(WEEK)
    with look.deps.store.read() as db:
        stalls = entries(db, codes=[Code.SCHEDULER_STALLED], above=above, limit=50)
    if not stalls:
        return Found(summary="No tick was missed in 7 days.")
    newest = stalls[0]
    seconds = timedelta(seconds=float(newest.detail.get("seconds", 0)))
    summary = (
        f"Ticks were missed {counted(len(stalls), 'time')} in 7 days, the last until "
        f"{rfc3339(newest.at)}, for {duration_in_words(seconds)}."
    )
    if now - newest.at > STALL_TOLD:
        return Found(summary=summary)
    return Found(
        summary=summary,
        fix="Look whether the machine slept, was too busy, or has a full disk; mailboxes were not "
        "checked meanwhile.",
        judged=Verdict.LOOK,
        word="Missed ticks",
    )


def runs(look: Look) -> Found:
    """Whether a sync goes on that should have ended."""
    now = look.deps.clock.now()
    limit = timedelta(seconds=int(str(look.office_value("sync_timeout_seconds")))) + GRACE
    with look.deps.store.read() as db:
        found = open_runs(db)
    points = tuple(filter(None, (_stuck(run, now, limit) for run in found)))
    if points:
        return Found(
            summary=together(points),
            fix=points[0].fix,
            points=points,
            word=counted(len(points), "stuck sync", "stuck syncs"),
        )
    return Found(summary=f"No sync is stuck ({counted(len(found), 'goes', 'go')} on now).")


def _stuck(run: LiveRun, now: datetime, limit: timedelta) -> Point | None:
    lease = run.lease
    if is_live(lease, now):
        if now - run.started_at <= limit:
            return None
        what = f"The sync of {run.address} goes on since {rfc3339(run.started_at)}"
        fix = "Stop it on the page of the mailbox; if that does not help, start the server again."
    elif now - lease.renewed_at > LEASE_LASTS + GRACE:
        what = (
            f"The sync of {run.address} ended without a word, last sign of life "
            f"{rfc3339(lease.renewed_at)}"
        )
        fix = "It is taken over when the mailbox is checked next: look whether a scheduler runs."
    else:
        return None
    process = f"process {lease.pid}"
    return Point(what=f"{what} ({process}).", fix=fix, mailbox_id=run.mailbox_id, who=run.address)


def clock(look: Look) -> Found:
    """Whether the machine's clock is right, as far as anything speaks for or against it."""
    now, above = look.deps.clock.now(), look.entries_since(JUMP_TOLD)
    with look.deps.store.read() as db:
        latest, beat = latest_instant(db), read_heartbeat(db)
        jumps = entries(db, codes=[Code.CLOCK_JUMPED], minimum=Level.WARNING, above=above, limit=1)
    jumped_at = jumps[0].at if jumps else None
    compared = _compared(look, beat, jumped_at)
    if compared is not None and abs(compared.ahead_s) > CLOCK_TOLERANCE.total_seconds():
        off = duration_in_words(timedelta(seconds=abs(compared.ahead_s)))
        side = "behind" if compared.ahead_s > 0 else "ahead of"
        return _wrong(
            f"The clock is {off} {side} the time that Google or Microsoft gave "
            f"{rfc3339(compared.at)} by this clock."
        )
    if latest is not None and latest > now + CLOCK_TOLERANCE:
        return _wrong(
            f"The clock says {rfc3339(now)}, but something was written at {rfc3339(latest)}."
        )
    if jumps and compared is None:
        return _wrong(jumps[0].message)
    agrees = ""
    if compared is not None:
        agrees = f"; {abs(compared.ahead_s)} s from the time that a provider gave"
    return Found(summary=f"The clock says {rfc3339(now)}, and nothing speaks against it{agrees}.")


def _wrong(summary: str) -> Found:
    return Found(summary=summary, fix=SET_IT, word="Wrong time")


def _compared(look: Look, beat: Heartbeat | None, jumped_at: datetime | None) -> Compared | None:
    """The last comparison with somebody else's clock that still says something about ours."""
    found = [look.deps.web_time.last] if look.deps.web_time.last else []
    if beat is not None and beat.compared_at is not None and beat.ahead_s is not None:
        found.append(Compared(ahead_s=beat.ahead_s, at=beat.compared_at))
    last = max(found, key=lambda each: each.at, default=None)
    now = look.deps.clock.now()
    if last is None or not timedelta() <= now - last.at <= JUMP_TOLD:
        return None
    return None if jumped_at is not None and last.at < jumped_at else last
