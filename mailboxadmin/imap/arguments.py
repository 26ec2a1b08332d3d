"""What may go into a command line, and how: the one guard against CR, LF and NUL.

A line break inside a folder's name or a password would start a second command on
the wire (RFC 9051, 9: `quoted` and `CHAR`). Neither library refuses it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailboxadmin.domain.errors import InvalidInput

_LINE_BREAKERS = re.compile(r"[\r\n\0]")
_ONE_LINE = re.compile(rb"[^\r\n\0]*(?:\r\n)?")

#: What a field is called in a sentence; others by their key.
_NAMES = {
    "username": "The user name",
    "password": "The password",
    "folders": "The folder's name",
}

#: A command line of this length is taken by every server (RFC 7162, 4 asks for 8192).
_SET_LENGTH = 4000
#: Answers are read whole: so many messages a command at most.
_SET_COUNT = 2000


def check_text(field: str, text: str) -> str:
    """`text`, when it can be sent as one argument.

    Raises:
        InvalidInput: it has a line break or a NUL, or cannot be written in UTF-8.
    """
    name = _NAMES.get(field, field)
    if _LINE_BREAKERS.search(text):
        raise InvalidInput(
            field, f"{name} has a line break or a NUL in it; enter it again without."
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput(field, f"{name} has a character that cannot be sent.") from None
    return text


def one_line(command: bytes) -> bool:
    """False for what would be more than one command, or none, on the wire."""
    return _ONE_LINE.fullmatch(command) is not None


def quoted(field: str, text: str) -> str:
    """`text` as a quoted string (RFC 9051, 4.3).

    Raises:
        InvalidInput: see `check_text`.
    """
    escaped = check_text(field, text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class UidSet:
    """Some UIDs and how a command names them."""

    #: `1:4,7,9:12` (RFC 9051, 9: `sequence-set`).
    text: str
    uids: tuple[int, ...]


def uid_sets(uids: Iterable[int]) -> Iterator[UidSet]:
    """The UIDs in ascending order, in sets that are short as text and bounded in number."""
    parts: list[str] = []
    members: list[int] = []
    length = 0
    for first, last in _runs(sorted(set(uids))):
        part = str(first) if first == last else f"{first}:{last}"
        if members and (
            length + len(part) > _SET_LENGTH or len(members) + last - first >= _SET_COUNT
        ):
            yield UidSet(",".join(parts), tuple(members))
            parts, members, length = [], [], 0
        parts.append(part)
        members.extend(range(first, last + 1))
        length += len(part) + 1
    if members:
        yield UidSet(",".join(parts), tuple(members))


def _runs(ascending: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbours as (first, last), none longer than a set may be."""
    start = 0
    for index in range(1, len(ascending) + 1):
        whole = index - start >= _SET_COUNT
        if index == len(ascending) or whole or ascending[index] != ascending[index - 1] + 1:
            yield ascending[start], ascending[index - 1]
            start = index
