"""What a click on *read* or *unread* leaves to be sent to the server.

    click --- sync_read_status off --> stays here, until the server's own flag changes
       |
       `-- on --> the outbox --> services/syncing/push.py, at the next sync, which is due at once

All of it happens in the transaction in which the click is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.clicks.no_uid import no_uid_entry
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.store import read_changes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.tables_mail import MessageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """What was marked here and the server was not told yet."""

    count: int
    #: Of those, on messages that were not found on the server yet.
    without_uid: int
    #: It is to be told: `sync_read_status` is on.
    wanted: bool


def unsent_clicks(db: Session, deps: Deps, mailbox_id: int) -> Unsent:
    """What waits to be sent."""
    waiting = read_changes.count_waiting(db, mailbox_id)
    return Unsent(
        count=waiting.total,
        without_uid=waiting.without_uid,
        wanted=wants_push(db, deps, mailbox_id),
    )


def wants_push(db: Session, deps: Deps, mailbox_id: int) -> bool:
    """True when `sync_read_status` is on for the mailbox."""
    return effective_for(db, deps.providers, mailbox_id).pushes_read_status


def keep_clicks(
    db: Session, deps: Deps, mailbox_id: int, ids: Sequence[int], *, seen: bool, actor: str
) -> list[int]:
    """What the server is to be told of a click, before it is shown; the messages' ids.

    With `sync_read_status` off nothing is, and what waited from before is overruled.
    """
    if not wants_push(db, deps, mailbox_id):
        read_changes.forget_clicks(db, ids)
        return []
    now = deps.clock.now()
    found = read_changes.on_server(db, ids, seen=seen)
    waiting = [message_id for message_id, _ in found]
    read_changes.put_clicks(db, mailbox_id, waiting, seen=seen, actor=actor, now=now)
    for message_id, uid in found:
        if uid is None:
            say_no_uid(db, message_id, actor=actor, now=now)
    if any(uid is not None for _, uid in found):
        make_due(db, mailbox_id, now)
    return waiting


def say_no_uid(db: Session, message_id: int, *, actor: str, now: datetime) -> None:
    """Tell the log that the server cannot be told of this message yet; once, ever."""
    row = db.get_one(MessageRow, message_id)
    if row.no_uid_said_at is not None:
        return
    row.no_uid_said_at = now
    why = "It was imported from a file" if row.imported_at else "Its folder was numbered anew"
    add_entry(db, no_uid_entry(message_id, row.mailbox_id, actor=actor, why=why), now)


def make_due(db: Session, mailbox_id: int, now: datetime) -> None:
    """A mailbox that works is looked at next; one that does not keeps its own next try."""
    row = mailbox_row(db, mailbox_id)
    if row.state == State.OK and row.next_attempt_at is not None:
        row.next_attempt_at = min(row.next_attempt_at, now)
