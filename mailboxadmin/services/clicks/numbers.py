"""Whether the UIDs that are to be written to still name the messages that were meant."""

from collections.abc import Mapping

from mailboxadmin.domain.folder import FolderStatus
from mailboxadmin.imap.session import Session
from mailboxadmin.services.clicks.identity import is_itself
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import folders

#: Why not, as the end of a sentence.
NUMBERED_ANEW = "it numbered the folder anew before it was told."
RESTORED = "its numbers mean other messages now, as after a restore."


def why_strange(
    deps: Deps,
    session: Session,
    folder_id: int,
    status: FolderStatus,
    known: Mapping[int, str | None],
) -> str | None:
    """Why the numbers of the open folder are not those of before; None when they are.

    Args:
        known: the Message-IDs by UID of what is about to be written to; None where it has none.

    Raises:
        MailFailure: the server refuses, or went away.
    """
    with deps.store.read() as db:
        cursor = folders.cursor_of(db, folder_id)
    if cursor is None or cursor.uid_validity != status.uid_validity:
        return NUMBERED_ANEW
    named = {uid: header_id for uid, header_id in known.items() if header_id}
    if cursor.is_ahead_of(status) or not _are_themselves(session, named):
        return RESTORED
    return None


def _are_themselves(session: Session, named: dict[int, str]) -> bool:
    """Whether the newest is the message that was meant: a restored folder gives its number away.

    Numbers are given in ascending order, so when the newest that is there is itself, the
    others are.
    """
    while named:
        newest = max(named)
        itself = is_itself(session, newest, named[newest])
        if itself is not None:
            return itself
        del named[newest]
        there = {uid for uid, _, _ in session.flags(named)}
        named = {uid: text for uid, text in named.items() if uid in there}
    return True


def cannot_be_told(why: str) -> str:
    """One of the reasons as a whole sentence."""
    return f"The mail server could not be told: {why}"
