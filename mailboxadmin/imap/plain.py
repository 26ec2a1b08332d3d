r"""The plain lines of FETCH, each read by one regular expression.

Ten thousand messages are ten thousand lines of three kinds, their items in any order:

    * 7 FETCH (UID 9 RFC822.SIZE 4711)
    * 7 FETCH (UID 9 FLAGS (\Seen) MODSEQ (12))
    * 7 FETCH (UID 9 INTERNALDATE "17-Jul-2026 02:44:25 +0000" FLAGS () BODY[] {4711}

Whatever looks different in the least is left to imaplib and IMAPClient, which read every
form, a character at a time, at many times the cost; a test holds both to the same results.

    plain lines --> Intake.answers
        `--first other line--> imaplib reads it and all that follow, so that the order stays
"""

import re
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache

from mailboxadmin.domain.folder import LARGEST_UID
from mailboxadmin.imap.answers import LARGEST_NUMBER, Answer, flags_named
from mailboxadmin.imap.connection import Connection

_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_HOUR = rb"(?:[01]\d|2[0-3])"
_DATE = (
    rb"[ 0-3]\d-(?:" + "|".join(_MONTHS).encode() + rb")-[12]\d{3}"
    rb" " + _HOUR + rb":\d\d:\d\d [+-]" + _HOUR + rb"[0-5]\d"
)
#: No character at which a parser turns (RFC 9051, 9: `flag-keyword`).
_FLAGS = rb"[!#$&'*-Z\\^-z|}~ ]*"
_ITEM = (
    rb"(?:UID ([1-9]\d{0,9})"
    rb"|FLAGS \((" + _FLAGS + rb")\)"
    rb"|MODSEQ \((0|[1-9]\d{0,18})\)"
    rb"|RFC822\.SIZE (0|[1-9]\d{0,18})"
    rb'|INTERNALDATE "(' + _DATE + rb')")'
)
_BODY = rb"(BODY\[\](?:<(?:0|[1-9]\d{0,18})>)?) \{(\d{1,12})\}"
_LINE = re.compile(
    rb"\* [1-9]\d{0,9} FETCH \((?:" + _ITEM + rb"(?: |(?=\))))*(?:\)|" + _BODY + rb")\r\n"
).fullmatch
#: What follows a body, which most often is `_END`.
_REST = re.compile(rb"(?: " + _ITEM + rb")* ?\)\r\n").fullmatch
_END = b")\r\n"


class Intake:
    """Reads the lines of one command; the plain ones stay here."""

    def __init__(self, connection: Connection) -> None:
        self.answers: list[Answer] = []
        #: Lines that do not say which message they are about.
        self.nameless = 0
        #: A literal and the line after it, which were read in vain and belong to imaplib.
        self.again: deque[bytes] = deque()
        self._connection = connection

    def other_line(self) -> bytes:
        """The first line that is not plain; then this intake is over.

        Raises:
            Hangup, Silence, Oversized: see `Connection`; `answers` are whole all the same.
        """
        read_line, take = self._connection.read_line, self.answers.append
        while (match := _LINE(line := read_line())) is not None:
            *items, section, octets = match.groups()
            body = None
            if octets is not None:
                body = self._connection.read(int(octets))
                rest = read_line()
                if rest != _END:
                    more = _REST(rest)
                    if more is None:
                        self.again.extend((body, rest))
                        break
                    later = zip(items, more.groups(), strict=True)
                    items = [old if new is None else new for old, new in later]
            if items[0] is None:
                self.nameless += 1
            elif (uid := int(items[0])) <= LARGEST_UID:
                take(_answer(uid, items, section or b"", body))
        return line


def _answer(uid: int, items: list[bytes | None], section: bytes, body: bytes | None) -> Answer:
    _, flags, modseq, size, date = items
    return Answer(
        uid,
        None if flags is None else _flags(flags),
        None if modseq is None else _number(modseq),
        None if size is None else _number(size),
        None if date is None else _instant(date),
        section,
        body,
    )


def _number(digits: bytes) -> int | None:
    value = int(digits)
    return value if value <= LARGEST_NUMBER else None


@lru_cache(maxsize=1024)
def _flags(names: bytes) -> frozenset[str]:
    """A folder has few different sets of flags; messages share them."""
    return flags_named(names.split())


def _instant(text: bytes) -> datetime | None:
    """`17-Jul-2026 02:44:25 +0000` in UTC; -0000 stands for an unknown zone (RFC 5322, 3.3)."""
    if text.endswith(b"-0000"):
        return None
    date, time, zone = text[:11].decode(), text[12:20].decode(), text[21:].decode()
    day, month, year = date[:2].replace(" ", "0"), _MONTHS[date[3:6]], date[7:]
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{time}{zone}").astimezone(UTC)
    except ValueError:
        return None
