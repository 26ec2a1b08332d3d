"""A flag of messages, set or cleared on the server; their other flags stay as they are."""

import imaplib
import re
from collections.abc import Iterable, Sequence

from mailboxadmin.imap.answers import Raw
from mailboxadmin.imap.arguments import uid_sets
from mailboxadmin.imap.search import expanded
from mailboxadmin.imap.wire import Wire

_SEQUENCE_SET = re.compile(rb"[0-9:,]+")


def store_flag(
    wire: Wire, uids: Iterable[int], flag: str, *, on: bool, unchanged_since: int | None
) -> frozenset[int]:
    """Set or clear a flag (RFC 9051, 6.4.6); the messages where it was left alone.

    Args:
        unchanged_since: only where nothing changed after this mod-sequence; what did
            change is what the [MODIFIED] code names (RFC 7162, 3.1.3).

    Raises:
        imaplib.IMAP4.error: the server refuses.
        ValueError: the code cannot be read.
    """
    condition = () if unchanged_since is None else (f"(UNCHANGEDSINCE {unchanged_since})",)
    operation = "+FLAGS.SILENT" if on else "-FLAGS.SILENT"
    modified: set[int] = set()
    for uid_set in uid_sets(uids):
        wire.response("MODIFIED")
        answer, _ = wire.uid("STORE", uid_set.text, *condition, operation, f"({flag})")
        named = _named(wire.response("MODIFIED")[1])
        # A NO that names the modified ones only says that others are gone (RFC 7162, 3.1.3).
        if answer != "OK" and not named:
            raise imaplib.IMAP4.error("STORE refused")
        modified |= named.intersection(uid_set.uids)
    return frozenset(modified)


def _named(codes: Sequence[Raw]) -> set[int]:
    found = (_SEQUENCE_SET.match(code) for code in codes if isinstance(code, bytes))
    return {uid for match in found if match for uid in expanded(match[0].decode("ascii"))}
