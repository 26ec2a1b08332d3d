"""The troubleshooting checks: what of ourselves is in order, and what to do where it is not.

Each check is a function that gives one `Diagnosed`; none changes anything.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.errors import SecretUnreadable, StoreUnavailable
from mailboxadmin.services.beat import read_beat
from mailboxadmin.services.deps import Deps
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
    ok: bool
    #: One sentence.
    summary: str
    #: What to do; empty when it is in order.
    fix: str = ""


def examine(deps: Deps) -> tuple[Diagnosed, ...]:
    """All checks, in the order in which one would look."""
    return tuple(_answer(code, check, deps) for code, check in CHECKS.items())


def unusable_database(fault: StoreUnavailable) -> Diagnosed:
    """The answer when the database could not even be opened."""
    return Diagnosed(code="database", ok=False, summary=str(fault), fix=_fix(fault))


def _fix(fault: StoreUnavailable) -> str:
    return _FIXES.get(type(fault), "Put back a backup with `mailboxadmin restore FILE`.")


#: What to do, by the kind of fault; of any other kind is a database that is damaged.
_FIXES: dict[type[StoreUnavailable], str] = {
    DatabaseBusy: "Wait for the other process, or end it.",
    DiskFull: "Make room where the database is.",
    ReadOnly: "Check who owns the instance folder, and whether its disk may be written.",
    NewerDatabase: "Install that version, or put back a backup made with this one: "
    "`mailboxadmin restore FILE`.",
}


def _answer(code: str, check: Callable[[Deps], tuple[str, str]], deps: Deps) -> Diagnosed:
    try:
        summary, fix = check(deps)
    except StoreUnavailable as fault:
        return Diagnosed(code=code, ok=False, summary=str(fault), fix=_fix(fault))
    return Diagnosed(code=code, ok=not fix, summary=summary, fix=fix)


def _scheduler(deps: Deps) -> tuple[str, str]:
    beat = read_beat(deps)
    if beat.last_tick_at is None:
        return "No mailbox is checked by itself: the scheduler never ran.", _START_IT
    last = f"last tick {rfc3339(beat.last_tick_at)}, {beat.where}"
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
    size = file.stat().st_size / 1e6
    return f"The database {file} is whole and can be written ({size:.1f} MB).", ""


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


#: By code: the summary, and what to do when something is wrong (else empty).
CHECKS: dict[str, Callable[[Deps], tuple[str, str]]] = {
    "scheduler": _scheduler,
    "database": _database,
    "key_file": _key_file,
    "disk": _disk,
    "clock": _clock,
}
