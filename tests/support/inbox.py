"""An inbox to read: mail that was stored and examined, and the ids of what is in it."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from mailboxadmin.domain.headers import read_headers
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Person
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.messages import NewMessage, add_messages, digest_of
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support import states
from tests.support.office import Office


def reader(office: Office, name: str = "Anna Keller") -> Person:
    """Somebody whose mailbox works, and an admin beside them."""
    if not getattr(office, "_has_admin", False):
        office.admin()
        office._has_admin = True  # type: ignore[attr-defined]
    person = states.somebody(office, name)
    states.put(office, person, State.OK, last_success_at=office.clock.now())
    return person


def fill(
    office: Office,
    person: Person,
    raws: Iterable[bytes],
    *,
    folder: str = "INBOX",
    flags: Iterable[str] = (),
    hours_ago: float = 0,
    examine: bool = True,
) -> list[int]:
    """Store messages, the first one the newest, a minute apart; their ids in that order."""
    assert person.mailbox_id is not None
    now = office.clock.now() - timedelta(hours=hours_ago)
    with office.deps.store.write() as db:
        where = folder_id(db, person.mailbox_id, folder)
        taken = db.scalars(select(MessageRow.uid).where(MessageRow.folder_id == where)).all()
        first = max((uid or 0 for uid in taken), default=0)
        batch = [
            NewMessage(
                uid=first + number + 1,
                flags=frozenset(flags),
                arrived_at=now - timedelta(minutes=number),
                raw=raw,
                digest=digest_of(raw),
                headers=read_headers(raw),
            )
            for number, raw in enumerate(raws)
        ]
        add_messages(db, person.mailbox_id, where, batch, match=False)
        ids = db.scalars(
            select(MessageRow.id)
            .where(MessageRow.folder_id == where, MessageRow.uid > first)
            .order_by(MessageRow.uid)
        ).all()
    if examine:
        examine_messages(office.deps)
    return list(ids)


def folder_of(office: Office, person: Person, name: str) -> int:
    """The id of a folder."""
    with office.deps.store.read() as db:
        return db.scalars(
            select(FolderRow.id).where(
                FolderRow.mailbox_id == person.mailbox_id, FolderRow.name == name
            )
        ).one()


def letter(
    text: str = "Good morning",
    *,
    subject: str = "a letter",
    sender: str = "Ben Okoye <ben@example.org>",
    to: str = "anna@example.org",
    number: str = "",
    answers: Iterable[str] = (),
) -> bytes:
    """A plain message.

    Args:
        number: of its Message-ID; empty for none.
        answers: the numbers of those that it answers, the first one first.
    """
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    if number:
        lines.append(f"Message-ID: <{number}@example.org>")
    if answers:
        lines.append("References: " + " ".join(f"<{each}@example.org>" for each in answers))
    lines += ["Content-Type: text/plain; charset=utf-8", "", text, ""]
    return "\r\n".join(lines).encode()


def page(html: str, *extra: str, sender: str = "Ben <ben@example.org>") -> bytes:
    """A formatted message; `extra` are further fields of its header."""
    lines = [f"From: {sender}", "To: anna@example.org", "Subject: a page", *extra]
    lines += ["Content-Type: text/html; charset=utf-8", "", html, ""]
    return "\r\n".join(lines).encode()


def enclosing(*files: tuple[str, str, bytes], text: bytes = b"See the files.") -> bytes:
    """A message with files: name, media type, bytes."""
    parts = [b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text]
    for name, kind, data in files:
        kept = f'attachment; filename="{name}"'
        head = f"Content-Type: {kind}\r\nContent-Disposition: {kept}\r\n\r\n"
        parts.append(head.encode() + data)
    top = b"From: Ben <ben@example.org>\r\nTo: anna@example.org\r\nSubject: files\r\n"
    body = b"".join(b"--b\r\n%s\r\n" % part for part in parts)
    return top + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body + b"--b--\r\n"
