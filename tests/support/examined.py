"""Messages that wait to be examined, and what the second pass left of them."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from mailboxadmin.domain.headers import read_headers
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.messages import NewMessage, add_messages, digest_of
from mailboxadmin.store.tables_mail import MessageContentsRow, MessageRow
from tests.support.office import Office


def put(office: Office, mailbox_id: int, raws: Iterable[bytes], folder: str = "INBOX") -> None:
    """Messages as the first pass stores them, the newest first, UIDs downwards from 1000."""
    batch = [
        NewMessage(
            uid=1000 - number,
            flags=frozenset(),
            arrived_at=office.clock.now() - timedelta(minutes=number),
            raw=raw,
            digest=digest_of(raw),
            headers=read_headers(raw),
        )
        for number, raw in enumerate(raws)
    ]
    with office.deps.store.write() as db:
        add_messages(db, mailbox_id, folder_id(db, mailbox_id, folder), batch)


def examined(office: Office, mailbox_id: int) -> list[MessageContentsRow | None]:
    """What was taken out of each message that was examined, the newest first; None: nothing."""
    with office.deps.store.read() as db:
        rows = db.execute(
            select(MessageRow.id, MessageContentsRow)
            .outerjoin(MessageContentsRow, MessageContentsRow.message_id == MessageRow.id)
            .where(MessageRow.mailbox_id == mailbox_id, MessageRow.examined_at.is_not(None))
            .order_by(MessageRow.arrived_at.desc(), MessageRow.id.desc())
        )
        return [contents for _, contents in rows]


def previews(office: Office, mailbox_id: int) -> list[str | None]:
    """Of those examined, the newest first."""
    return [each and each.preview for each in examined(office, mailbox_id)]


def letter(text: str) -> bytes:
    """A plain message."""
    return f"From: ann@example.org\r\nSubject: a letter\r\n\r\n{text}\r\n".encode()
