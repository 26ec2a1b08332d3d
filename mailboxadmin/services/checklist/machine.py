"""3, where the data is: room on the disk, the database, the key of the stored secrets."""

import os
import shutil
from pathlib import Path

from mailboxadmin.services.checklist.answer import Found
from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.damage import is_told, what_to_do
from mailboxadmin.services.keeping.key_check import count_closed
from mailboxadmin.services.machine.room import has_room, how_to_make_room
from mailboxadmin.store.backup import database_file, quick_check

#: Less free space than this, and the next large mailbox may fill the disk.
LEAST_FREE_BYTES = 500 * 1000 * 1000
WHO_OWNS_IT = "Check who owns the instance folder, and whether its disk may be written."


def disk(look: Look) -> Found:
    """Whether what comes next has room."""
    deps = look.deps
    folder = database_file(deps.store.engine).parent
    usage = shutil.disk_usage(folder)
    full = round(100 * usage.used / max(1, usage.total))
    sentence = (
        f"{usage.free / 1e9:.1f} GB are free where the mail is kept ({folder}), {full} % full."
    )
    if not has_room(folder):
        return Found(
            summary=f"The disk where the mail is kept is full ({folder}).",
            fix=f"Make room: {how_to_make_room(folder)}.",
        )
    if not os.access(deps.instance, os.W_OK):
        return Found(
            summary=f"{deps.instance} may not be written.",
            fix="Check who owns the instance folder.",
        )
    if usage.free < LEAST_FREE_BYTES:
        return Found(
            summary=sentence,
            fix="Make room: mail that does not fit is not lost, but is not fetched.",
        )
    return Found(
        summary=sentence, head=f"{usage.free / 1e9:.1f} GB of disk are free, {full} % full."
    )


def database(look: Look) -> Found:
    """Whether all of it can be read and it may be written; minutes where there is much mail."""
    deps = look.deps
    with deps.store.write() as db:
        # Reserves the right to write, which a read-only or locked database refuses.
        db.rollback()
    verdict = quick_check(deps.store.engine)
    file = database_file(deps.store.engine)
    if verdict != "ok":
        return damaged(deps, verdict)
    return Found(summary=f"The database {file} is whole and may be written ({_size(file)}).")


def database_at_a_glance(look: Look) -> Found:
    """Only whether it may be read and written."""
    file = database_file(look.deps.store.engine)
    if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        return Found(summary=f"The database {file} may not be written.", fix=WHO_OWNS_IT)
    if look.deps.store.damage is not None or is_told(look.deps):
        return damaged(look.deps, "something came upon a damaged page")
    return Found(
        summary=f"The database {file} may be read and written ({_size(file)}). "
        "`mailboxadmin doctor` also reads all of it.",
        head=f"The database may be read and written ({_size(file)}).",
    )


def damaged(deps: Deps, how: str) -> Found:
    """The same, however it was found: what to do, with the very command."""
    file = database_file(deps.store.engine)
    return Found(
        summary=f"The database {file} is damaged: {how}.",
        fix=what_to_do(file, deps.instance, deps.clock.now()),
        word="Damaged",
    )


def _size(file: Path) -> str:
    """With what is written beside it first and not moved into it yet, SQLite's `-wal`."""
    beside = file.with_name(f"{file.name}-wal")
    size = file.stat().st_size + (beside.stat().st_size if beside.exists() else 0)
    return f"{size / 1e6:.1f} MB"


def key_file(look: Look) -> Found:
    """Whether the stored secrets can be opened, and nobody else can open them."""
    deps = look.deps
    file = deps.key_file
    if file is not None and file.exists() and file.stat().st_mode & 0o077:
        return Found(
            summary=f"Others on this machine may read {file}.", fix=f"Run `chmod 600 {file}`."
        )
    unreadable, stored = count_closed(deps)
    if unreadable:
        return Found(
            summary=f"{unreadable} of {stored} stored secrets cannot be opened with the key.",
            fix=f"Put the right {file.name if file else 'MAILBOXADMIN_SECRET_KEYS'} back; without "
            "it, enter those passwords again.",
        )
    where = "The key file" if file else "The key of the environment"
    return Found(
        summary=f"{where} opens every stored secret ({stored}).",
        head="The key opens every stored secret.",
    )
