"""Reading the list of a mailbox's messages, and clicking on them, for who may.

Whoever reads somebody's list is in that mailbox's log, where its owner sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.message import Listed
from mailboxadmin.services.clicks.read_status import keep_clicks
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.syncing.push_soon import push_soon
from mailboxadmin.store import messages_list as rows
from mailboxadmin.store.activity import add_entry


def list_messages(
    deps: Deps, mailbox_id: int, *, folder: str | None, limit: int, actor: str
) -> tuple[Listed, ...]:
    """The newest messages by arrival at the server, of one folder or of all.

    Raises:
        NotFound: the mailbox has no folder of that name here.
    """
    with deps.store.write() as db:
        folder_id = _folder_id(db, mailbox_id, folder)
        listed = rows.list_messages(db, mailbox_id, folder_id=folder_id, limit=limit)
        where = f" of {folder}" if folder else ""
        entry = Entry(
            code=Code.MESSAGES_LISTED,
            message=f"The list of messages{where} was read by {actor}: "
            f"{counted(len(listed), 'line')}.",
            actor=actor,
            mailbox_id=mailbox_id,
            detail={"messages": len(listed), "folder": folder},
        )
        add_entry(db, entry, deps.clock.now())
    return listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a click did."""

    #: The messages that are shown otherwise now.
    ids: tuple[int, ...]
    #: Messages of which the server is to be told; 0 with `sync_read_status` off.
    to_send: int

    @property
    def changed(self) -> int:
        """How many are shown otherwise now."""
        return len(self.ids)


def mark_messages(
    deps: Deps,
    mailbox_id: int,
    ids: Sequence[int],
    *,
    seen: bool,
    actor: str,
    at_once: bool = False,
) -> Marked:
    """Mark messages as read or unread, as a click does.

    With `sync_read_status` off it stays here and holds until the server's own flag
    changes. With it on, the next sync sends it, and the mailbox is due at once: the
    scheduler takes it up with its next tick, in whichever process that runs.

    Args:
        at_once: do not wait for that tick; only in a process that stays.

    Raises:
        InvalidInput: some are no messages of that mailbox; nothing was changed.
    """
    with deps.store.write() as db:
        marked = mark_within(db, deps, mailbox_id, ids, seen=seen, actor=actor)
    if marked.to_send and at_once:
        push_soon(deps, mailbox_id)
    return marked


def mark_within(
    db: Session,
    deps: Deps,
    mailbox_id: int,
    ids: Sequence[int],
    *,
    seen: bool,
    actor: str,
    level: Level = Level.INFO,
) -> Marked:
    """The same in a transaction of the caller's.

    Args:
        level: how loud the log is about it.

    Raises:
        InvalidInput: some are no messages of that mailbox; nothing was changed.
    """
    wanted = list(dict.fromkeys(ids))
    word = "read" if seen else "unread"
    strange = sorted(set(wanted) - rows.known_ids(db, mailbox_id, wanted))
    if strange:
        numbers = ", ".join(str(each) for each in strange[:5])
        raise InvalidInput("id", f"This mailbox has no message {numbers}.")
    to_send = keep_clicks(db, deps, mailbox_id, wanted, seen=seen, actor=actor)
    changed = rows.set_seen(db, wanted, seen=seen)
    if changed:
        entry = Entry(
            code=Code.READ_STATUS_MARKED,
            level=level,
            message=f"Marked {counted(len(changed), 'message')} as {word}.",
            actor=actor,
            mailbox_id=mailbox_id,
            detail={"as": word, "count": len(changed), "messages": wanted[:100]},
        )
        add_entry(db, entry, deps.clock.now())
    return Marked(ids=tuple(changed), to_send=len(to_send))


def _folder_id(db: Session, mailbox_id: int, name: str | None) -> int | None:
    if name is None:
        return None
    found = rows.folder_named(db, mailbox_id, "INBOX" if name.upper() == "INBOX" else name)
    if found is None:
        raise NotFound(f"This mailbox has no folder {name!r} here.")
    return found
