"""Asking for pictures from elsewhere: of one message, or of a sender from now on.

Fetching one tells its server that the message was opened, when, and from where; so nobody is
asked for any before the reader says so.
"""

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.sender import read_sender
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import letters


def allow_pictures(deps: Deps, mailbox_id: int, message_id: int, *, always: bool) -> None:
    """Fetch the pictures of a message, or of all messages of its sender.

    Raises:
        NotFound: that mailbox has no such message.
    """
    with deps.store.write() as db:
        stored = letters.stored_letter(db, mailbox_id, message_id)
        if stored is None:
            raise NotFound("There is no such message.")
        letters.show_pictures(db, stored)
        if always:
            letters.trust_pictures(db, mailbox_id, [read_sender(stored.sender).address])


def forbid_pictures(deps: Deps, mailbox_id: int, message_id: int) -> None:
    """Ask again before pictures of this message or this sender are fetched.

    Raises:
        NotFound: that mailbox has no such message.
    """
    with deps.store.write() as db:
        stored = letters.stored_letter(db, mailbox_id, message_id)
        if stored is None:
            raise NotFound("There is no such message.")
        address = read_sender(stored.sender).address
        letters.forget_pictures(db, mailbox_id, address, message_id)
