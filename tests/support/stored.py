"""What an office has stored, for tests to compare with what is on the server."""

from dataclasses import dataclass

from sqlalchemy import select

from mailboxadmin.domain.activity import Level, Logged
from mailboxadmin.store.tables import ActivityRow
from mailboxadmin.store.tables_mail import FolderRow, MessageBytesRow, MessageRow
from tests.support.office import Box, Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A message as it lies in the database."""

    id: int
    folder: str
    uid: int | None
    raw: bytes
    seen: bool
    flags: frozenset[str]
    subject: str
    removed: bool
    problem: str | None


def stored(office: Office, box: Box) -> list[Stored]:
    """All messages of a mailbox, by folder and UID; those without a UID first."""
    with office.deps.store.read() as db:
        rows = db.execute(
            select(MessageRow, FolderRow.name, MessageBytesRow.raw)
            .join(FolderRow, FolderRow.id == MessageRow.folder_id)
            .join(MessageBytesRow, MessageBytesRow.message_id == MessageRow.id)
            .where(MessageRow.mailbox_id == box.id)
            .order_by(FolderRow.name, MessageRow.uid, MessageRow.id)
        )
        return [_stored(row, folder, raw) for row, folder, raw in rows]


def _stored(row: MessageRow, folder: str, raw: bytes) -> Stored:
    return Stored(
        id=row.id,
        folder=folder,
        uid=row.uid,
        raw=raw,
        seen=row.seen,
        flags=frozenset(row.flags.split()),
        subject=row.subject,
        removed=row.removed_at is not None,
        problem=row.problem,
    )


def here(office: Office, box: Box) -> dict[tuple[str, int | None], bytes]:
    """The bytes of the messages that are on the server as far as we know, by folder and UID."""
    return {(each.folder, each.uid): each.raw for each in stored(office, box) if not each.removed}


def entries(office: Office, box: Box, prefix: str = "") -> list[Logged]:
    """The log of a mailbox, oldest first; of those codes that begin so."""
    with office.deps.store.read() as db:
        rows = db.scalars(
            select(ActivityRow)
            .where(ActivityRow.mailbox_id == box.id, ActivityRow.code.startswith(prefix))
            .order_by(ActivityRow.id)
        )
        return [
            Logged(
                id=row.id,
                at=row.at,
                level=Level(row.level),
                code=row.code,
                mailbox=row.mailbox,
                mailbox_id=row.mailbox_id,
                actor=row.actor,
                run_id=row.run_id,
                message=row.message,
                detail=row.detail,
                times=row.times,
                first_at=row.first_at,
            )
            for row in rows
        ]


def codes(office: Office, box: Box, prefix: str = "") -> list[str]:
    """The codes of that log."""
    return [entry.code for entry in entries(office, box, prefix)]
