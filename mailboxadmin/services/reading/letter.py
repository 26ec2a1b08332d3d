"""Opening one's own message: what is shown of it, what is enclosed, its bytes.

Everything here takes the mailbox of who reads; a message of another one is not found. Bytes
are read whole only up to the size to which a message is examined; larger ones are listed and
downloaded, a part at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mailboxadmin.domain.body import Body, part_bytes, read_body
from mailboxadmin.domain.contents import Attachment, read_contents
from mailboxadmin.domain.decoding import as_text
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.letter import Conversation, Head, Pictures, Stored, Wholeness, read_head
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.reading.examine import MEGABYTE
from mailboxadmin.services.reading.mail_html import Clean, clean
from mailboxadmin.store import letters
from mailboxadmin.store.bytes import raw_bytes, raw_parts

#: So much of the source is shown; all of it can be downloaded.
SOURCE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as its page shows it."""

    stored: Stored
    head: Head
    text: str
    #: Formatted, and cleaned; None: there is only text, or only text is wanted.
    formatted: Clean | None
    #: What is enclosed, without the pictures that the text shows.
    files: tuple[Attachment, ...]
    conversation: Conversation
    #: It is longer than what is shown of it.
    cut: bool
    #: Opening it is to mark it as read, and it is not.
    mark_read: bool


def read_letter(deps: Deps, mailbox_id: int, message_id: int) -> Letter:
    """A message of that mailbox.

    Raises:
        NotFound: it has none of that id.
    """
    with deps.store.read() as db:
        stored = _stored(db, mailbox_id, message_id)
        in_force = effective_for(db, deps.providers, mailbox_id).values
        stored, raw = _with_bytes(db, stored)
        threads = in_force["threading"].value is True
        together = letters.conversation(db, stored) if threads else None
    stored = _examined(stored, raw)
    body = read_body(raw) if in_force["allow_html"].value is True else None
    formatted = _formatted(body, stored) if body and body.is_html else None
    return Letter(
        stored=stored,
        head=read_head(raw, stored),
        text=stored.text or "",
        formatted=formatted,
        files=_files(stored, body if formatted else None),
        conversation=together or Conversation(lines=(), more=False),
        cut=bool(body and body.cut),
        mark_read=in_force["mark_read_on_preview"].value is True and not stored.seen,
    )


def read_formatted(deps: Deps, mailbox_id: int, message_id: int) -> tuple[Clean, bool]:
    """The formatted text for its frame, and whether pictures from elsewhere may be fetched.

    Raises:
        NotFound: there is no such message, it is not formatted, or only text is wanted.
    """
    with deps.store.read() as db:
        stored = _stored(db, mailbox_id, message_id)
        allowed = effective_for(db, deps.providers, mailbox_id).values["allow_html"].value is True
        _, raw = _with_bytes(db, stored)
    body = read_body(raw)
    if not allowed or not body.is_html:
        raise NotFound("This message is shown as text.")
    return _formatted(body, stored), stored.pictures is not Pictures.ASK


def read_part(deps: Deps, mailbox_id: int, message_id: int, number: int) -> tuple[str, str, bytes]:
    """Of something enclosed its name, its media type, both as the sender says, and its bytes.

    Raises:
        NotFound: there is no such message, or it has no such part.
    """
    with deps.store.read() as db:
        _, raw = _with_bytes(db, _stored(db, mailbox_id, message_id))
    found = part_bytes(raw, number) if raw else None
    if found is None:
        raise NotFound("The message has no such part.")
    part, data = found
    return part.header.name, part.header.media_type, data


def read_source(deps: Deps, mailbox_id: int, message_id: int) -> tuple[Stored, str, bool]:
    """The message as it came, as text, and whether that is only its beginning.

    Raises:
        NotFound: there is no such message.
    """
    with deps.store.read() as db:
        stored = _stored(db, mailbox_id, message_id)
        data = b""
        for part in raw_parts(db, message_id):
            data += part[: SOURCE_BYTES - len(data)]
            if len(data) >= SOURCE_BYTES:
                break
    return stored, as_text(data, cut=True), stored.size > len(data)


def stream_letter(deps: Deps, mailbox_id: int, message_id: int) -> tuple[Stored, Iterator[bytes]]:
    """The message byte for byte, at most a part of it in memory.

    Raises:
        NotFound: there is no such message, or its bytes are not here.
    """
    with deps.store.read() as db:
        stored = _stored(db, mailbox_id, message_id)
    if stored.wholeness in (Wholeness.ARRIVING, Wholeness.REFUSED):
        raise NotFound("Its bytes are not here.")
    return stored, _bytes_of(deps, message_id)


def _bytes_of(deps: Deps, message_id: int) -> Iterator[bytes]:
    with deps.store.read() as db:
        yield from raw_parts(db, message_id)


def _stored(db: Session, mailbox_id: int, message_id: int) -> Stored:
    found = letters.stored_letter(db, mailbox_id, message_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found


def _with_bytes(db: Session, stored: Stored) -> tuple[Stored, bytes]:
    """Its bytes, as far as they are read at once."""
    largest = int(str(office_values(db)["max_message_megabytes"])) * MEGABYTE
    if stored.wholeness is not Wholeness.WHOLE or stored.size > largest:
        start = next(raw_parts(db, stored.id), b"")
        too_large = stored.wholeness is Wholeness.WHOLE
        wholeness = Wholeness.TOO_LARGE if too_large else stored.wholeness
        return replace(stored, wholeness=wholeness), _header_of(start)
    return stored, raw_bytes(db, stored.id) or b""


def _examined(stored: Stored, raw: bytes) -> Stored:
    """With what the second pass takes out of it, also where that did not come by yet."""
    if stored.text is not None or stored.wholeness is not Wholeness.WHOLE:
        return stored
    contents = read_contents(raw)
    return replace(
        stored,
        text=contents.body_text,
        attachments=contents.attachments,
        problem=stored.problem or contents.problem,
    )


def _header_of(start: bytes) -> bytes:
    """Nothing of the body, which is not all there."""
    end = start.find(b"\n\r\n") + 1 or start.find(b"\n\n") + 1 or len(start)
    return start[:end]


def _formatted(body: Body, stored: Stored) -> Clean:
    return clean(body, pictures=stored.pictures is not Pictures.ASK)


def _files(stored: Stored, body: Body | None) -> tuple[Attachment, ...]:
    """Pictures that belong to the text are not listed again, when the text shows them."""
    if body is None:
        return stored.attachments
    return tuple(each for each in stored.attachments if each.part not in body.shown)
