"""How the backups of the day stand, and who is told when none can be made."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level, Logged
from mailboxadmin.domain.notice import Notice
from mailboxadmin.domain.telling import Event
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.keeping.backup import note_backup
from mailboxadmin.services.notifying.notices import put_out
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.store.activity import repeat_entry
from mailboxadmin.store.activity_pages import entries, oldest_at

#: A copy that was read back, or a database that was put back: what it was made of is whole.
WHOLE = (Code.BACKUP_CREATED, Code.BACKUP_RESTORED)
#: Further back than anybody has to know.
MOST = 50
_WHAT_TO_DO = (
    "Those that were made before are kept. It is tried again each hour; Troubleshooting on {url} "
    "says what to do."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheLog:
    """What the log knows of backups."""

    #: The last try, when it failed; None when the one after it did not.
    failure: Logged | None
    #: The last one that a person, or a timer of theirs, made.
    by_hand: Logged | None
    #: When anything was logged for the first time; None: nothing was.
    began_at: datetime | None


def read_log(db: Session) -> InTheLog:
    """What was made, by hand too, and what failed."""
    lines = backup_lines(db, Code.BACKUP_FAILED)
    failed = bool(lines) and lines[0].code == Code.BACKUP_FAILED
    made = [each for each in lines if each.code == Code.BACKUP_CREATED]
    return InTheLog(
        failure=lines[0] if failed else None,
        by_hand=next((each for each in made if each.actor != SCHEDULER), None),
        began_at=oldest_at(db),
    )


def backup_lines(db: Session, bad: Code) -> list[Logged]:
    """What stands in the log of good databases and of that fault, newest first."""
    return entries(db, codes=[*WHOLE, bad], limit=MOST)


def backup_made(deps: Deps, target: Path, size: int) -> None:
    """Note the backup of the day; where the one before failed, people hear that it works again."""
    with deps.store.read() as db:
        failure = read_log(db).failure
    note_backup(deps, target, size, actor=SCHEDULER)
    if failure is None:
        return
    with deps.store.write() as db:
        if office_values(db)["notify_on_recovery"]:
            body = "A backup was made and read back.\n"
            notice = _notice(Event.RECOVERY, "Works again: the backup of Mailbox Admin", body)
            put_out(db, notice, deps.clock.now())


def backup_failed(deps: Deps, target: Path, why: str) -> None:
    """Note that there is none: one entry with a count, and people are told of the first."""
    now = deps.clock.now()
    entry = Entry(
        code=Code.BACKUP_FAILED,
        level=Level.ERROR,
        message=f"The backup of the day was not made: {why}",
        actor=SCHEDULER,
        detail={"file": str(target)},
    )
    with deps.store.write() as db:
        before = read_log(db).failure
        repeat_entry(db, before.id if before else None, entry, now)
        if before is None and office_values(db)["notify_on_incident"]:
            body = f"{why}\n\n{_WHAT_TO_DO.format(url=f'{deps.base_url}/troubleshooting')}\n"
            put_out(db, _notice(Event.INCIDENT, "The backup of Mailbox Admin failed", body), now)


def _notice(event: Event, subject: str, body: str) -> Notice:
    return Notice(event=event, subject=subject, body=body)
