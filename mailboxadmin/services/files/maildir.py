"""What the names of a Maildir say: folders, flags, and when a message came.

    Maildir/cur/1704700800.M1P2.host:2,FS    delivered at 1704700800, flagged and seen
    Maildir/new/...                          not looked at yet
    Maildir/.Archive.2024/cur/...            the folder 2024 in Archive (Maildir++)

https://cr.yp.to/proto/maildir.html, https://www.courier-mta.org/imap/README.maildirquota.html
"""

import base64
import re
from datetime import UTC, datetime

from mailboxadmin.domain.message import SEEN

#: In the order of the letters; the seen one is what is shown, which a click may have changed.
LETTERS = {
    "D": "\\Draft",
    "F": "\\Flagged",
    "P": "$Forwarded",
    "R": "\\Answered",
    "S": SEEN,
    "T": "\\Deleted",
}
#: What file systems without colons have instead.
_INFO = re.compile(r"[:;!]2,([A-Za-z]*)$")
_DELIVERED = re.compile(r"(\d{9,10})\.")
_SHIFTED = re.compile(r"&([^-]*)-")


def maildir_flags(flags: str, *, seen: bool) -> str:
    """The letters after `:2,`; `seen` is what is shown, which a click may have changed."""
    present = set(flags.split()) - {SEEN} | ({SEEN} if seen else set())
    return "".join(letter for letter, flag in LETTERS.items() if flag in present)


def flags_of_name(name: str) -> frozenset[str]:
    """The flags in the name of a file in `cur`, as IMAP writes them."""
    info = _INFO.search(name)
    letters = info[1] if info else ""
    return frozenset(flag for letter, flag in LETTERS.items() if letter in letters)


def arrival_of_name(name: str, changed_s: float) -> datetime:
    """When the message came: what its name says, or when the file was changed, if earlier.

    Copying a Maildir may lose the second, moving the mail to another server the first.
    """
    delivered = _DELIVERED.match(name)
    seconds = min(changed_s, float(delivered[1])) if delivered else changed_s
    return datetime.fromtimestamp(max(seconds, 0), UTC)


def folder_of_name(name: str) -> str:
    """The folder of a Maildir++ directory such as `.Archive.2024`, with `/` between levels."""
    levels = (_decoded(level) for level in name.removeprefix(".").split("."))
    return "/".join(level for level in levels if level)


def _decoded(level: str) -> str:
    """Modified UTF-7 (RFC 9051, A.1) as it reads; a name that is none as it is."""

    def shifted(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        letters = match[1].replace(",", "/")
        return base64.b64decode(letters + "=" * (-len(letters) % 4)).decode("utf-16-be")

    try:
        return _SHIFTED.sub(shifted, level)
    except ValueError:
        return level
