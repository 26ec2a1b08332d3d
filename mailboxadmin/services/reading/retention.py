"""Deleting here what was removed on the server long ago, when the office wants it.

switched on ──► told, a week before ──► deleted, at each tidying ──► told how many
     ▲                 │ fewer days: told anew, and a week from then
     └── switched off ─┴──► nothing is deleted
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.store import retention as rows
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mail_search import merge

#: Between telling the owner and the first deletion.
TOLD_BEFORE = timedelta(days=7)
#: Messages deleted in one transaction, with their bytes and words.
BITE = 100
#: Of the index, merged in one transaction; and so often at most in one tidying.
MERGE_PAGES, MERGES = 200, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an owner is to know before mail is deleted here."""

    days: int
    #: From when on.
    begins_at: datetime
    #: How many messages that would be, as it is now.
    messages: int


def retention_notice(deps: Deps, mailbox_id: int) -> Notice | None:
    """The line for the inbox; None when nothing of the mailbox is about to be deleted."""
    now = deps.clock.now()
    with deps.store.read() as db:
        days = _days(db)
        told = next(iter(rows.with_removed(db, mailbox_id)), None) if days else None
        if told is None:
            return None
        begins_at = told.purge_from if told.days == days and told.purge_from else now + TOLD_BEFORE
        begins_at = max(begins_at, now)
        count = rows.count_removed(db, mailbox_id, begins_at - timedelta(days=days))
    return Notice(days=days, begins_at=begins_at, messages=count) if count else None


def purge_removed(deps: Deps) -> int:
    """Tell owners what will be deleted, and delete what they were told of; how many messages.

    Raises:
        StoreUnavailable: the database cannot be written.
    """
    now = deps.clock.now()
    with deps.store.write(background=True) as db:
        days = _days(db)
        if not days:
            rows.forget_told(db)
            return 0
        due = [each for each in rows.with_removed(db) if not _tell(db, each, days, now)]
    before = now - timedelta(days=days)
    ids = [each.mailbox_id for each in due if each.purge_from and each.purge_from <= now]
    purged = sum(_purge(deps, mailbox_id, before, days) for mailbox_id in ids)
    if purged:
        _tidy_index(deps)
    return purged


def _days(db: Session) -> int:
    return int(str(office_values(db)["removed_retention_days"]))


def _tell(db: Session, told: rows.Told, days: int, now: datetime) -> bool:
    """Tell an owner who does not know of it yet; True then."""
    if told.days is not None and told.days <= days:
        if told.days != days and told.purge_from:
            # More days than before take nothing from anybody that was not said.
            rows.note_told(db, told.mailbox_id, days, told.purge_from)
        return False
    begins_at = now + TOLD_BEFORE
    count = rows.count_removed(db, told.mailbox_id, begins_at - timedelta(days=days))
    rows.note_told(db, told.mailbox_id, days, begins_at)
    message = (
        f"From {begins_at.day} {begins_at:%B %Y} on, mail that was removed on the server more than "
        f"{counted(days, 'day')} ago is deleted here for good; on that day "
        f"{_messages(count)}."
    )
    entry = Entry(
        code=Code.RETENTION_ANNOUNCED,
        message=message,
        actor=SCHEDULER,
        mailbox_id=told.mailbox_id,
        detail={"days": days, "begins_at": begins_at.isoformat(), "messages": count},
    )
    add_entry(db, entry, now)
    return True


def _purge(deps: Deps, mailbox_id: int, before: datetime, days: int) -> int:
    purged = 0
    while True:
        with deps.store.write(background=True) as db:
            # Switched off or changed meanwhile: it ends here.
            gone = rows.delete_removed(db, mailbox_id, before, BITE) if _days(db) == days else 0
        purged += gone
        if gone < BITE:
            break
    if purged:
        entry = Entry(
            code=Code.RETENTION_PURGED,
            message=f"Deleted here for good, because removed on the server more than "
            f"{counted(days, 'day')} ago: {_messages(purged)}.",
            actor=SCHEDULER,
            mailbox_id=mailbox_id,
            detail={"days": days, "messages": purged},
        )
        with deps.store.write(background=True) as db:
            add_entry(db, entry, deps.clock.now())
    return purged


def _messages(count: int) -> str:
    return counted(count, "message")


def _tidy_index(deps: Deps) -> None:
    """Some of the work by which deleted words leave the file; they are never found before, too."""
    for _ in range(MERGES):
        with deps.store.write(background=True) as db:
            if not merge(db, MERGE_PAGES):
                return
