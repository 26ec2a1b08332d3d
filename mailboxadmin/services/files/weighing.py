"""Messages from files, read once to know them, and put together for the database.

A message that is not big stays in memory until its batch is stored; of a big one only
the header does, and it is read a second time.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from mailboxadmin.domain.headers import HEADER_BYTES, read_headers
from mailboxadmin.domain.message import Headers
from mailboxadmin.services.files.mail_files import Letter
from mailboxadmin.services.new_mail.big import BIG_BYTES, PART_BYTES

#: As a sync does it, see docs/decisions.md.
BATCH_MESSAGES = 75
BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A message that was read once."""

    letter: Letter
    size: int
    digest: bytes
    headers: Headers
    #: None when it is big, and so to be read again.
    raw: bytes | None


def weigh(letter: Letter) -> Weighed:
    """Read a message once; of a big one only the beginning stays in memory.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    kept = bytearray()
    size = 0
    for piece in letter.pieces():
        digest.update(piece)
        size += len(piece)
        if size <= BIG_BYTES or len(kept) < HEADER_BYTES:
            kept += piece
        else:
            del kept[HEADER_BYTES:]
    start = bytes(kept)
    return Weighed(
        letter=letter,
        size=size,
        digest=digest.digest(),
        headers=read_headers(start),
        raw=start if size <= BIG_BYTES else None,
    )


def batches(weighed: Iterator[Weighed]) -> Iterator[list[Weighed]]:
    """As many at a time as one transaction takes; a larger message is a batch of its own."""
    batch: list[Weighed] = []
    size = 0
    for each in weighed:
        if batch and (len(batch) >= BATCH_MESSAGES or size + each.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += each.size
    if batch:
        yield batch


def in_parts(pieces: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The same bytes in parts of a big message, as many at a time as one transaction takes."""
    held = bytearray()
    parts: list[bytes] = []
    for piece in pieces:
        held += piece
        while len(held) >= PART_BYTES:
            parts.append(bytes(held[:PART_BYTES]))
            del held[:PART_BYTES]
        if len(parts) * PART_BYTES >= BATCH_BYTES:
            yield parts
            parts = []
    if held:
        parts.append(bytes(held))
    if parts:
        yield parts
