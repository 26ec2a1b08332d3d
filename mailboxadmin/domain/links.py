"""The Message-IDs by which messages belong to a conversation (RFC 5322, 3.6.4).

A message names itself, the one it answers, and those before that. Two that name the same one
belong together, whichever of them came first.
"""

import hashlib
import re

from mailboxadmin.domain.headers import HEADER_BYTES

#: Of a long conversation its beginning and its last messages are enough.
LINKS = 40

_FIELD = re.compile(
    rb"^(?:message-id|references|in-reply-to)[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_ID = re.compile(rb"<([^<>\s]{1,250})>")
_END = re.compile(rb"\r?\n\r?\n")


def links_of(raw: bytes) -> tuple[int, ...]:
    """The Message-IDs that a message has or names, each as 63 bits; none when it has none."""
    end = _END.search(raw, 0, HEADER_BYTES)
    head = raw[: end.start() if end else HEADER_BYTES]
    named = [each for field in _FIELD.findall(head) for each in _ID.findall(field)]
    if len(named) > LINKS:
        named = named[: LINKS // 2] + named[-LINKS // 2 :]
    return tuple(dict.fromkeys(map(link, named)))


def link(message_id: bytes) -> int:
    """A Message-ID without its brackets, as a number that a database finds quickly."""
    return int.from_bytes(hashlib.sha256(message_id).digest()[:8], "big") >> 1
