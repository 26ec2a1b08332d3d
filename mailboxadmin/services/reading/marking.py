"""Marking in the inbox: one message, those that were selected, a whole folder.

All of it goes the way of `services.reading.messages`: what the server is to be told waits in the
outbox. What a click changed is remembered for an hour (`services.reading.undoing`).
"""

from collections.abc import Sequence

from mailboxadmin.domain.activity import Level
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.reading.messages import Marked, mark_within
from mailboxadmin.services.reading.undoing import SEEN_KIND, Undo, remember
from mailboxadmin.services.syncing.push_soon import push_soon
from mailboxadmin.store import undos
from mailboxadmin.store.messages_list import known_ids

#: One click marks no more; the next one goes on.
MOST = 10_000


def mark_selected(
    deps: Deps, mailbox_id: int, ids: Sequence[int], *, seen: bool, actor: str
) -> Undo | None:
    """Mark those of the messages that are that mailbox's, each with its conversation when read.

    Returns:
        The way back; None when nothing was shown otherwise before.
    """
    if not ids:
        return None
    with deps.store.write() as db:
        own = known_ids(db, mailbox_id, ids)
        wanted = [each for each in ids if each in own]
        if seen and effective_for(db, deps.providers, mailbox_id).values["threading"].value is True:
            # A line is a conversation, and is unread while any of it is.
            wanted += undos.thread_mates(db, mailbox_id, wanted, MOST)
        marked = mark_within(db, deps, mailbox_id, wanted, seen=seen, actor=actor)
        undo = remember(deps, db, mailbox_id, marked.ids, SEEN_KIND, wanted=seen)
    _send(deps, mailbox_id, marked)
    return undo


def mark_folder_read(deps: Deps, mailbox_id: int, folder_id: int, *, actor: str) -> Undo | None:
    """Mark what is unread in a folder of that mailbox as read; of very much, the newest."""
    with deps.store.write() as db:
        unread = undos.unread_in(db, mailbox_id, folder_id, MOST)
        marked = mark_within(db, deps, mailbox_id, unread, seen=True, actor=actor)
        undo = remember(deps, db, mailbox_id, marked.ids, SEEN_KIND, wanted=True)
    _send(deps, mailbox_id, marked)
    return undo


def mark_opened(deps: Deps, mailbox_id: int, message_id: int, *, actor: str) -> None:
    """A message was opened; that is no news to the log."""
    with deps.store.write() as db:
        marked = mark_within(
            db, deps, mailbox_id, [message_id], seen=True, actor=actor, level=Level.ROUTINE
        )
    _send(deps, mailbox_id, marked)


def _send(deps: Deps, mailbox_id: int, marked: Marked) -> None:
    if marked.to_send:
        push_soon(deps, mailbox_id)
