"""3, the program itself: faults of ours, runs that were cut off, memory."""

import platform
from datetime import UTC, datetime, timedelta

from mailboxadmin.domain.activity import Code, Level, Logged
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.checklist.answer import Found, Verdict
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.machine.error_log import last_errors
from mailboxadmin.services.machine.log_file import log_file
from mailboxadmin.services.machine.memory import is_near, read_memory
from mailboxadmin.store.activity_pages import entries
from mailboxadmin.store.beat import read_heartbeat

#: A fault that is older is told, and is no reason to act any more.
RECENT = timedelta(hours=24)
#: How far back it looks.
WEEK = timedelta(days=7)
#: Entries that are read at most.
MOST = 50


def faults(look: Look) -> Found:
    """Faults of ours that a page or a command ran into."""
    logged = _logged(look, Code.APP_FAILED, WEEK, Level.ERROR)
    behind = _in_the_background(look)
    if behind:
        newest_line = behind[0]
        return Found(
            summary=f"{counted(len(behind), 'error')} in the log file within a day, not of a page; "
            f"the last {rfc3339(newest_line[0])}, {newest_line[1]}.",
            fix="Read it under Error log, or in logs/mailboxadmin.log in the instance folder; "
            "report what is a fault of Mailbox Admin.",
            word=counted(len(behind) + len(logged), "error"),
        )
    if not logged:
        return Found(summary="No unexpected error in 7 days.")
    newest = logged[0]
    summary = (
        f"{counted(len(logged), 'unexpected error')} in 7 days, the last {rfc3339(newest.at)} "
        f"(number {newest.id}): {newest.message}"
    )
    if newest.at < look.deps.clock.now() - RECENT:
        return Found(summary=summary)
    return Found(
        summary=summary,
        fix="Look for the traceback in the log file, logs/mailboxadmin.log in the instance folder, "
        "and report it: it is a fault of Mailbox Admin.",
        word=counted(len(logged), "error"),
    )


def _in_the_background(look: Look) -> list[tuple[datetime, str]]:
    """The errors of the last day in the log file that no page met, newest first.

    A file that did not change is not read again: it may be long, and seldom changes.
    """
    file = log_file(look.deps.instance)
    try:
        stat = file.stat()
    except OSError:
        return []
    key = (stat.st_mtime_ns, stat.st_size)
    known = look.deps.log_errors.get(key)
    if known is None:
        known = [
            (datetime.fromisoformat(each.at).astimezone(UTC), f"{each.where}: {each.message}")
            for each in last_errors(look.deps)
            if not each.number
        ]
        look.deps.log_errors.clear()
        look.deps.log_errors[key] = known
    since = look.deps.clock.now() - RECENT
    return [each for each in known if each[0] >= since]


def cut_off(look: Look) -> Found:
    """Earlier runs that reached their time limit, or whose process was ended from outside."""
    late = _logged(look, Code.SYNC_TIMED_OUT, WEEK, Level.INFO)
    killed = _logged(look, Code.SYNC_INTERRUPTED, WEEK, Level.WARNING)
    short = [entry for entry in killed if _was_near(entry)]
    if short:
        entry = short[0]
        used, limit = entry.detail["memory_bytes"], entry.detail["memory_limit_bytes"]
        return Found(
            summary=f"The process of {counted(len(short), 'sync', 'syncs')} was probably ended for "
            f"want of memory: the last one, {rfc3339(entry.at)}, had {_mb(used)} of {_mb(limit)}.",
            fix="Give the machine or the container more memory, or lower parallel_syncs under "
            "Settings; `dmesg` or `journalctl -k` says whether the system killed it.",
            word="Out of memory",
        )
    said = [
        f"{counted(len(killed), 'sync was', 'syncs were')} cut off because the process was killed "
        f"or lost power, the last {rfc3339(killed[0].at)}"
        if killed
        else "no sync was cut off",
        f"{counted(len(late), 'sync')} reached the time limit, the last {rfc3339(late[0].at)}"
        if late
        else "none reached the time limit",
    ]
    return Found(summary=f"In 7 days {' and '.join(said)}.")


def memory(look: Look) -> Found:
    """What the process that runs the scheduler has, else this one."""
    with look.deps.store.read() as db:
        beat = read_heartbeat(db)
    here = beat is not None and beat.kind == "scheduler" and beat.host == platform.node()
    found = read_memory(beat.pid if here and beat else None)
    if found.now is None:
        return Found(summary="How much memory is used cannot be told here.", judged=Verdict.OK)
    peak = f", at most {_mb(found.peak)}" if found.peak else ""
    limit = f" of {_mb(found.limit)}" if found.limit else ""
    summary = f"{_mb(found.now)}{limit} memory are used{peak}."
    if not found.near_limit:
        return Found(summary=summary)
    return Found(
        summary=summary,
        fix="Give the machine or the container more memory, or lower parallel_syncs under "
        "Settings, before the system ends the process.",
        word="Little memory",
    )


def _was_near(entry: Logged) -> bool:
    used, limit = entry.detail.get("memory_bytes"), entry.detail.get("memory_limit_bytes")
    return bool(used and limit and is_near(used, limit))


def _logged(look: Look, code: Code, within: timedelta, minimum: Level) -> list[Logged]:
    """The newest entries of a code, newest first."""
    above = look.entries_since(within)
    with look.deps.store.read() as db:
        return entries(db, codes=[code], minimum=minimum, above=above, limit=MOST)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
