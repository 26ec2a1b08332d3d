"""Whose mail is read here: that of who is signed in. The one place where this is decided.

No address of the inbox names a mailbox. Whatever message, folder or part an address does name
is looked for in this mailbox only, so of another one there is nothing: for an admin too.
"""

from flask import abort

from mailboxadmin.web import current_person


def own_mailbox() -> int:
    """The id of the reader's own mailbox; without one there is nothing to be found here."""
    mailbox_id = current_person().mailbox_id
    if mailbox_id is None:
        abort(404)
    return mailbox_id
