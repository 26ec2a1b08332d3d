"""A database that is damaged: told once, with the last good backup and how it is put back.

    a page, a sync or a job comes upon it ──► Store.damage ──► the next tick: database.damaged
    the backup of the day does not read back ──────┘             one entry, and people are told
    a start cannot open it ──► the start's one line says the same

A damaged page harms only what lies on it, so everything else goes on meanwhile.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.backups import newest
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.domain.notice import Notice
from mailboxadmin.domain.telling import Event
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.backup_told import backup_lines
from mailboxadmin.services.keeping.daily_backup import backups_folder, read_backups
from mailboxadmin.services.notifying.notices import put_out
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.backup import database_file
from mailboxadmin.store.store import Damaged


class DamagedAtStart(StoreUnavailable):
    """Raised when the program cannot start on a damaged database; says how to go on."""

    def __init__(self, summary: str, fix: str) -> None:
        super().__init__(f"{summary} {fix}")
        self.summary = summary
        self.fix = fix


@contextmanager
def told_at_start(database: Path, instance: Path, now: datetime) -> Iterator[None]:
    """A start on a damaged database names the last good backup.

    Raises:
        DamagedAtStart: it is.
    """
    try:
        yield
    except Damaged as fault:
        summary = f"The database {database} is damaged ({fault.reason})."
        raise DamagedAtStart(summary, what_to_do(database, instance, now)) from fault


def damage_in(fault: StoreUnavailable) -> str | None:
    """SQLite's words when that is why the database cannot be used; None when it is not."""
    return fault.reason if isinstance(fault, Damaged) else None


def what_to_do(database: Path, instance: Path, now: datetime) -> str:
    """The last good backup, with the command that puts it back."""
    last = newest(read_backups(instance), now)
    name = str(backups_folder(instance) / last.name) if last else "FILE"
    command = f"`{restore_command(database, instance, name)}`"
    after = "The damaged database is kept beside it; mail that came since is on the servers."
    if last is None:
        return (
            f"No backup is in {backups_folder(instance)}: stop Mailbox Admin and put back one that "
            f"you have elsewhere with {command}. {after}"
        )
    return (
        f"Stop Mailbox Admin and put back the last good backup, of {rfc3339(last.made_at)}, with "
        f"{command}. {after}"
    )


def restore_command(database: Path, instance: Path, file: str) -> str:
    """To be typed on the server, in any folder, by the user that runs the program."""
    words = [f"MAILBOXADMIN_INSTANCE={shlex.quote(str(instance))}"]
    if database != instance / "mailboxadmin.db":
        words.append(f"MAILBOXADMIN_DATABASE_URL={shlex.quote(f'sqlite:///{database}')}")
    return " ".join([*words, "mailboxadmin restore", file if file == "FILE" else shlex.quote(file)])


def note_damage(deps: Deps) -> None:
    """Tell of damage that was come upon since the last look, unless it was told already.

    Raises:
        StoreUnavailable: not even that can be written.
    """
    fault = deps.store.damage
    if fault is None or is_told(deps):
        return
    now, file = deps.clock.now(), database_file(deps.store.engine)
    what = what_to_do(file, deps.instance, now)
    entry = Entry(
        code=Code.DATABASE_DAMAGED,
        level=Level.ERROR,
        message=f"The database is damaged ({fault.reason}). {what}",
        actor=SCHEDULER,
        detail={"file": str(file), "reason": fault.reason},
    )
    with deps.store.write() as db:
        add_entry(db, entry, now)
        if office_values(db)["notify_on_incident"]:
            body = f"SQLite says: {fault.reason}.\n\n{what}\n"
            subject = "The database of Mailbox Admin is damaged: put back the last good backup"
            put_out(db, Notice(event=Event.INCIDENT, subject=subject, body=body), now)


def is_told(deps: Deps) -> bool:
    """Whether the log says that it is damaged, and since then no backup was whole or put back."""
    with deps.store.read() as db:
        lines = backup_lines(db, Code.DATABASE_DAMAGED)
    return bool(lines) and lines[0].code == Code.DATABASE_DAMAGED
