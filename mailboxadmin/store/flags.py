"""Flags as the server gives them, and what is shown of them.

    server_seen   what the server said last
    seen          what is shown: the same, unless a person clicked since

A click holds until the server's own flag changes.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mailboxadmin.domain.message import SEEN
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables import MessageRow


def set_flags(db: Session, folder_id: int, flags: dict[int, frozenset[str]]) -> int:
    """Take over the server's flags; how many messages changed."""
    changed = 0
    for some in slices(flags):
        stored = db.execute(
            select(MessageRow.id, MessageRow.uid, MessageRow.flags, MessageRow.server_seen).where(
                MessageRow.folder_id == folder_id, MessageRow.uid.in_(some)
            )
        )
        changes = [
            _flag_change(row_id, flags[uid], server_seen)
            for row_id, uid, text, server_seen in stored
            if uid is not None and text != flag_text(flags[uid])
        ]
        if changes:
            db.execute(update(MessageRow), changes)
        changed += len(changes)
    return changed


def _flag_change(row_id: int, flags: frozenset[str], server_seen: bool) -> dict[str, object]:
    seen = SEEN in flags
    change: dict[str, object] = {"id": row_id, "flags": flag_text(flags), "server_seen": seen}
    if seen != server_seen:
        # Only then: a local click holds until the server's own flag changes.
        change["seen"] = seen
    return change


def take_flags(row: MessageRow, flags: frozenset[str]) -> None:
    """The server's flags of one message, which it may have changed."""
    seen = SEEN in flags
    if seen != row.server_seen:
        row.seen = seen
    row.server_seen, row.flags = seen, flag_text(flags)


def flag_text(flags: frozenset[str]) -> str:
    """The flags as they are kept: sorted, separated by spaces."""
    # \Recent belongs to a session, not to a message (RFC 3501, 2.3.2).
    return " ".join(sorted(flags - {"\\Recent"}))
