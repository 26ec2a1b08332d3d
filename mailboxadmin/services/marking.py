"""Marking in the inbox: one message, those that were selected, a whole folder; and taking it back.

All of it goes the way of `services.messages`: what the server is to be told waits in the
outbox. What a click changed is remembered for an hour, so that *Undo* changes exactly that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.effective import effective_for
from mailboxadmin.services.messages import Marked, mark_within
from mailboxadmin.services.push_soon import push_soon
from mailboxadmin.store import undos
from mailboxadmin.store.messages_list import known_ids

#: One click marks no more; the next one goes on.
MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A click that can be taken back."""

    id: int
    #: What the messages were marked as.
    seen: bool
    #: How many it changed.
    messages: int


def mark_selected(
    deps: Deps, mailbox_id: int, ids: Sequence[int], *, seen: bool, actor: str
) -> Undo | None:
    """Mark those of the messages that are that mailbox's, each with its conversation when read.

    Returns:
        The way back; None when nothing was shown otherwise before.
    """
    with deps.store.write() as db:
        own = known_ids(db, mailbox_id, ids)
        wanted = [each for each in ids if each in own]
        if seen and effective_for(db, deps.providers, mailbox_id).values["threading"].value is True:
            # A line is a conversation, and is unread while any of it is.
            wanted += undos.thread_mates(db, mailbox_id, wanted, MOST)
        marked = mark_within(db, deps, mailbox_id, wanted, seen=seen, actor=actor)
        undo = _remember(deps, db, mailbox_id, marked, seen=seen)
    _send(deps, mailbox_id, marked)
    return undo


def mark_folder_read(deps: Deps, mailbox_id: int, folder_id: int, *, actor: str) -> Undo | None:
    """Mark what is unread in a folder of that mailbox as read; of very much, the newest."""
    with deps.store.write() as db:
        unread = undos.unread_in(db, mailbox_id, folder_id, MOST)
        marked = mark_within(db, deps, mailbox_id, unread, seen=True, actor=actor)
        undo = _remember(deps, db, mailbox_id, marked, seen=True)
    _send(deps, mailbox_id, marked)
    return undo


def mark_opened(deps: Deps, mailbox_id: int, message_id: int, *, actor: str) -> None:
    """A message was opened; that is no news to the log."""
    with deps.store.write() as db:
        marked = mark_within(
            db, deps, mailbox_id, [message_id], seen=True, actor=actor, level=Level.ROUTINE
        )
    _send(deps, mailbox_id, marked)


def take_back(deps: Deps, mailbox_id: int, undo_id: int, *, actor: str) -> int:
    """Show what a click changed as it was before, and tell the server so; how many that are.

    Raises:
        NotFound: there is no such click, it was taken back, or it was long ago.
    """
    with deps.store.write() as db:
        row = undos.undo_row(db, mailbox_id, undo_id, deps.clock.now())
        if row is None:
            raise NotFound("That can no longer be taken back.")
        # Some may be gone for good meanwhile.
        there = known_ids(db, mailbox_id, row.messages)
        marked = mark_within(db, deps, mailbox_id, sorted(there), seen=not row.seen, actor=actor)
        db.delete(row)
    _send(deps, mailbox_id, marked)
    return marked.changed


def read_undo(deps: Deps, mailbox_id: int, undo_id: int) -> Undo | None:
    """The click of that number, when it can be taken back."""
    with deps.store.read() as db:
        row = undos.undo_row(db, mailbox_id, undo_id, deps.clock.now())
        return Undo(id=row.id, seen=row.seen, messages=len(row.messages)) if row else None


def _remember(
    deps: Deps, db: Session, mailbox_id: int, marked: Marked, *, seen: bool
) -> Undo | None:
    if not marked.ids:
        return None
    number = undos.put_undo(db, mailbox_id, marked.ids, seen=seen, now=deps.clock.now())
    return Undo(id=number, seen=seen, messages=marked.changed)


def _send(deps: Deps, mailbox_id: int, marked: Marked) -> None:
    if marked.to_send:
        push_soon(deps, mailbox_id)
