"""Whether the message under a UID is the one that we know."""

from mailboxadmin.domain.headers import HEADER_BYTES, read_headers
from mailboxadmin.imap.session import Part, Session


def is_itself(session: Session, uid: int, message_id: str) -> bool | None:
    """Whether it has this Message-ID in the open folder; None when there is none of that UID.

    Raises:
        MailFailure: the server refuses, or went away.
    """
    there, found = session.message_id_of(uid)
    if not there:
        return None
    if found == message_id:
        return True
    # A header that breaks the rules ends elsewhere for the server than for us: what was
    # stored was read by us, so the same bytes, read by us, decide.
    start = session.fetch_part(uid, start=0, length=HEADER_BYTES)
    return isinstance(start, Part) and read_headers(start.data).message_id == message_id
