"""The troubleshooting checks: what of ourselves is in order, and what to do where it is not.

Each check is a function that gives a summary and what to do; none changes anything. The page
looks at a glance, so a check that takes long has a quick way beside it.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.errors import SecretUnreadable, StoreUnavailable
from mailboxadmin.services.beat import read_beat
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.room import NoRoomToStart, has_room, how_to_make_room
from mailboxadmin.store.backup import database_file, quick_check
from mailboxadmin.store.doctor import latest_instant, sealed_secrets
from mailboxadmin.store.schema import NewerDatabase
from mailboxadmin.store.store import DatabaseBusy, DiskFull, ReadOnly

#: Less free space than this, and the next large mailbox may fill the disk.
LEAST_FREE_BYTES = 500 * 1000 * 1000
#: How far the clock may lie behind what was written before: two machines never agree exactly.
CLOCK_TOLERANCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """The answer to one check."""

    code: str
    #: What was looked at, as a person calls it.
    title: str
    ok: bool
    #: One sentence.
    summary: str
    #: What to do; empty when it is in order.
    fix: str = ""


#: The summary, and what to do when something is wrong (else empty).
Ask = Callable[[Deps], tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that is looked at."""

    title: str
    ask: Ask
    #: The same without what takes long; None when nothing does.
    at_a_glance: Ask | None = None


def examine(deps: Deps, *, at_a_glance: bool = False) -> tuple[Diagnosed, ...]:
    """All checks, in the order in which one would look.

    Args:
        at_a_glance: within milliseconds; the database is not read from end to end then.
    """
    return tuple(
        _answer(code, check, (at_a_glance and check.at_a_glance) or check.ask, deps)
        for code, check in CHECKS.items()
    )


def unusable_database(fault: StoreUnavailable) -> Diagnosed:
    """The answer when the database could not even be opened."""
    return _broken("database", str(fault), _fix(fault))


def unusable_key_file(summary: str, fix: str) -> Diagnosed:
    """The answer when the key could not even be read."""
    return _broken("key_file", summary, fix)


def _broken(code: str, summary: str, fix: str) -> Diagnosed:
    return Diagnosed(code=code, title=CHECKS[code].title, ok=False, summary=summary, fix=fix)


def _fix(fault: StoreUnavailable) -> str:
    return _FIXES.get(type(fault), "Put back a backup with `mailboxadmin restore FILE`.")


#: What to do, by the kind of fault; of any other kind is a database that is damaged.
_FIXES: dict[type[StoreUnavailable], str] = {
    DatabaseBusy: "Wait for the other process, or end it.",
    DiskFull: "Make room where the database is: delete what is not needed there, old backups and "
    "logs first.",
    NoRoomToStart: "Then start it again; nothing was lost, new mail waits on the servers.",
    ReadOnly: "Check who owns the instance folder, and whether its disk may be written.",
    NewerDatabase: "Install that version, or put back a backup made with this one: "
    "`mailboxadmin restore FILE`.",
}


def _answer(code: str, check: Check, ask: Ask, deps: Deps) -> Diagnosed:
    try:
        summary, fix = ask(deps)
    except StoreUnavailable as fault:
        summary, fix = str(fault), _fix(fault)
    return Diagnosed(code=code, title=check.title, ok=not fix, summary=summary, fix=fix)


def _scheduler(deps: Deps) -> tuple[str, str]:
    beat = read_beat(deps)
    if beat.last_tick_at is None:
        return "No mailbox is checked by itself: the scheduler never ran.", _START_IT
    last = f"last tick {rfc3339(beat.last_tick_at)}, {beat.where}"
    if beat.full:
        return (
            f"No mailbox is checked by itself: the disk that holds {beat.full} is full ({last}).",
            "Make room there; a scheduler that runs goes on by itself within a minute. Where none "
            "runs, start `mailboxadmin serve` then.",
        )
    if beat.ended:
        return (
            f"The process that checked mailboxes has ended ({last}).",
            "Start `mailboxadmin serve`; where another server runs on this instance, it takes over "
            "within half a minute.",
        )
    if beat.stale:
        return f"No mailbox is checked by itself: the scheduler stands still ({last}).", _START_IT
    return f"Mailboxes are checked by themselves ({last}).", ""


_START_IT = (
    "Start `mailboxadmin serve`, or have a timer call `mailboxadmin sync --due` every few minutes."
)


def _database(deps: Deps) -> tuple[str, str]:
    with deps.store.write() as db:
        # Reserves the right to write, which a read-only or locked database refuses.
        db.rollback()
    verdict = quick_check(deps.store.engine)
    file = database_file(deps.store.engine)
    if verdict != "ok":
        return (
            f"The database {file} is damaged: {verdict}.",
            "Put back a backup with `mailboxadmin restore FILE`; the damaged one is kept.",
        )
    return f"The database {file} is whole and may be written ({_size(file)}).", ""


def _database_at_a_glance(deps: Deps) -> tuple[str, str]:
    file = database_file(deps.store.engine)
    if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        return f"The database {file} may not be written.", _FIXES[ReadOnly]
    return (
        f"The database {file} may be read and written ({_size(file)}). "
        "`mailboxadmin doctor` also reads all of it.",
        "",
    )


def _size(file: Path) -> str:
    """With what is written beside it first and not moved into it yet, SQLite's `-wal`."""
    beside = file.with_name(f"{file.name}-wal")
    size = file.stat().st_size + (beside.stat().st_size if beside.exists() else 0)
    return f"{size / 1e6:.1f} MB"


def _key_file(deps: Deps) -> tuple[str, str]:
    file = deps.key_file
    if file is not None and file.exists() and file.stat().st_mode & 0o077:
        return f"Others on this machine may read {file}.", f"Run `chmod 600 {file}`."
    with deps.store.read() as db:
        sealed = sealed_secrets(db)
    unreadable = sum(not _opens(deps, each) for each in sealed)
    if unreadable:
        return (
            f"{unreadable} of {len(sealed)} stored secrets cannot be opened with the key.",
            f"Put the right {file.name if file else 'MAILBOXADMIN_SECRET_KEYS'} back; without it, "
            "enter those passwords again.",
        )
    where = "The key file" if file else "The key of the environment"
    return f"{where} opens every stored secret ({len(sealed)}).", ""


def _opens(deps: Deps, sealed: bytes) -> bool:
    try:
        deps.vault.open(sealed)
    except SecretUnreadable:
        return False
    return True


def _disk(deps: Deps) -> tuple[str, str]:
    folder = database_file(deps.store.engine).parent
    free = shutil.disk_usage(folder).free
    sentence = f"{free / 1e9:.1f} GB are free where the mail is kept ({folder})."
    if not has_room(folder):
        return (
            f"The disk where the mail is kept is full ({folder}).",
            f"Make room: {how_to_make_room(folder)}.",
        )
    if not os.access(deps.instance, os.W_OK):
        return f"{deps.instance} may not be written.", "Check who owns the instance folder."
    if free < LEAST_FREE_BYTES:
        return sentence, "Make room: mail that does not fit is not lost, but is not fetched."
    return sentence, ""


def _clock(deps: Deps) -> tuple[str, str]:
    now = deps.clock.now()
    with deps.store.read() as db:
        latest = latest_instant(db)
    if latest is not None and latest > now + CLOCK_TOLERANCE:
        return (
            f"The clock says {rfc3339(now)}, but something was written at {rfc3339(latest)}.",
            "Set the machine's clock, and let it be kept right (timedatectl set-ntp true).",
        )
    return f"The clock says {rfc3339(now)}, and nothing speaks against it.", ""


#: By code; every page and command shows what stands here.
CHECKS: dict[str, Check] = {
    # First: nothing of the rest can be right without it.
    "disk": Check(title="Room on the disk", ask=_disk),
    "scheduler": Check(title="Checking by itself", ask=_scheduler),
    "database": Check(title="The database", ask=_database, at_a_glance=_database_at_a_glance),
    "key_file": Check(title="The key of the stored passwords", ask=_key_file),
    "clock": Check(title="The clock", ask=_clock),
}
