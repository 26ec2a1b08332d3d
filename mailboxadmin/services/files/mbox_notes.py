"""What mail programs note in an mbox about a message, in headers that no server has.

They are left out, so that a message is the one that the server holds; Dovecot hides the
same ones when it serves an mbox (https://doc.dovecot.org, `mbox_hide_headers`).
"""

import re

from mailboxadmin.domain.message import SEEN

_NOTES = frozenset(
    {
        b"status",
        b"x-status",
        b"x-keywords",
        b"x-uid",
        b"x-imap",
        b"x-imapbase",
        b"content-length",
        b"x-mozilla-status",
        b"x-mozilla-status2",
        b"x-mozilla-keys",
    }
)
#: Counted by the programs that write Content-Length; elsewhere it is the sender's.
_WITH_LENGTH = b"lines"

#: A field with its continuation lines (RFC 5322, 2.2.3).
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*\n?)", re.M)

#: By field: letters and the flags they stand for.
_LETTERS = {
    b"status": {b"R": SEEN},
    b"x-status": {b"A": "\\Answered", b"F": "\\Flagged", b"D": "\\Deleted", b"T": "\\Draft"},
}
#: Bits of X-Mozilla-Status, hexadecimal.
_MOZILLA = {
    0x0001: SEEN,
    0x0002: "\\Answered",
    0x0004: "\\Flagged",
    0x0008: "\\Deleted",
    0x1000: "$Forwarded",
}


def flags_noted(header: bytes) -> frozenset[str]:
    """The flags that the notes of a header stand for, as IMAP writes them."""
    flags: set[str] = set()
    for name, value in _FIELD.findall(header):
        key = name.lower()
        flags |= {flag for letter, flag in _LETTERS.get(key, {}).items() if letter in value}
        if key == b"x-mozilla-status" and re.fullmatch(rb"[0-9a-fA-F]{4}", value.strip()):
            bits = int(value, 16)
            flags |= {flag for bit, flag in _MOZILLA.items() if bits & bit}
    return frozenset(flags)


def without_notes(header: bytes) -> bytes:
    """The header without them."""
    names = {name.lower() for name, _ in _FIELD.findall(header)}
    ours = _NOTES | ({_WITH_LENGTH} if b"content-length" in names else set())
    if not names & ours:
        return header
    return _FIELD.sub(lambda field: b"" if field[1].lower() in ours else field[0], header)
