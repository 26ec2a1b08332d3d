r"""Messages of the open folder, moved to another one.

    MOVE (RFC 6851) -----------------> one command
    COPY, then `remove` -------------> \Deleted, and an EXPUNGE of just these (RFC 4315, 2.1)

A plain EXPUNGE is never sent: it takes along whatever anybody marked as deleted.
"""

import imaplib
from collections.abc import Iterable, Mapping, Sequence

from imapclient import imap_utf7

from mailboxadmin.domain.folder import Copied
from mailboxadmin.imap.answers import Raw
from mailboxadmin.imap.arguments import check_text, quoted, uid_sets
from mailboxadmin.imap.flags import store_flag
from mailboxadmin.imap.search import expanded
from mailboxadmin.imap.wire import Wire

#: The system flag of a message that is to be removed (RFC 9051, 2.3.2).
_DELETED = "\\Deleted"


def transfer(wire: Wire, command: str, uids: Iterable[int], folder: str) -> Copied | None:
    """MOVE or COPY; where they are now, None when the server does not say.

    Raises:
        imaplib.IMAP4.error: the server refuses; of a MOVE, some may have been moved all the same.
        ValueError: what it says of where they are cannot be read.
    """
    found: dict[int, int] = {}
    validity = 0
    for uid_set in uid_sets(uids):
        wire.response("COPYUID")
        target = quoted("folders", imap_utf7.encode(check_text("folders", folder)).decode())
        answer, _ = wire.uid(command, uid_set.text, target)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"{command} refused")
        said = copied(wire.response("COPYUID")[1])
        if said is not None:
            validity = said.uid_validity
            found |= {uid: said.uids[uid] for uid in uid_set.uids if uid in said.uids}
    return Copied(uid_validity=validity, uids=found) if found else None


def remove(wire: Wire, uids: Iterable[int]) -> None:
    """Remove messages for good, and no others.

    Raises:
        imaplib.IMAP4.error: the server refuses.
    """
    wanted = list(uids)
    store_flag(wire, wanted, _DELETED, on=True, unchanged_since=None)
    for uid_set in uid_sets(wanted):
        answer, _ = wire.uid("EXPUNGE", uid_set.text)
        if answer != "OK":
            raise imaplib.IMAP4.error("EXPUNGE refused")


def copied(codes: Sequence[Raw]) -> Copied | None:
    """What the COPYUID codes of an answer say; None without one.

    Raises:
        ValueError: it cannot be read.
    """
    uids: dict[int, int] = {}
    validity = 0
    for code in codes:
        if isinstance(code, bytes) and code.strip():
            number, before, after = code.decode("ascii").split()
            validity = int(number)
            uids |= _paired(before, after)
    return Copied(uid_validity=validity, uids=uids) if uids else None


def _paired(before: str, after: str) -> Mapping[int, int]:
    """Both sets are in the order in which the messages were copied (RFC 4315, 3)."""
    return dict(zip(expanded(before), expanded(after), strict=True))
