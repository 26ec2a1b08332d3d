"""One message of a mailbox, for who opens it. Of another mailbox's there is nothing."""

from collections.abc import Iterable

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.contents import Attachment
from mailboxadmin.domain.inbox import CONVERSATION
from mailboxadmin.domain.letter import Conversation, Pictures, Stored, Wholeness
from mailboxadmin.domain.sender import read_sender
from mailboxadmin.store.changes import failed_changes
from mailboxadmin.store.inbox_lines import read_lines, what_waits
from mailboxadmin.store.tables_inbox import ImageSenderRow, ShownImagesRow
from mailboxadmin.store.tables_mail import (
    FolderRow,
    MessageContentsRow,
    MessageRow,
    ReadChangeRow,
)


def stored_letter(db: Session, mailbox_id: int, message_id: int) -> Stored | None:
    """What is known of a message; None when that mailbox has none of that id."""
    found = db.execute(
        select(
            MessageRow, FolderRow.name, MessageContentsRow, ReadChangeRow.message_id, *what_waits()
        )
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .outerjoin(MessageContentsRow, MessageContentsRow.message_id == MessageRow.id)
        .outerjoin(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
        .where(MessageRow.id == message_id, MessageRow.mailbox_id == mailbox_id)
    ).one_or_none()
    if found is None:
        return None
    row, folder, contents, clicked, flag_waits, moving_to, failed = found
    return Stored(
        id=row.id,
        mailbox_id=mailbox_id,
        folder=folder,
        subject=row.subject,
        sender=row.sender,
        sent_at=row.sent_at,
        arrived_at=row.arrived_at,
        size=row.size,
        seen=row.seen,
        flagged=row.flagged,
        removed_at=row.removed_at,
        pending=clicked is not None or bool(flag_waits),
        moving_to=moving_to,
        not_done=tuple(failed_changes(db, row.mailbox_id, [row.id])) if failed else (),
        thread_id=row.thread_id,
        wholeness=_wholeness(row, contents),
        problem=row.problem or (contents.problem if contents else None),
        text=contents.body_text if contents else None,
        attachments=_attachments(contents),
        pictures=_pictures(db, row),
    )


def conversation(db: Session, stored: Stored) -> Conversation:
    """The messages of its conversation; this one alone when it belongs to none."""
    if stored.thread_id is None:
        return Conversation(lines=(), more=False)
    ids = db.scalars(
        select(MessageRow.id)
        .where(
            MessageRow.mailbox_id == stored.mailbox_id,
            MessageRow.thread_id == stored.thread_id,
            MessageRow.thread_id.is_not(None),
            MessageRow.removed_at.is_(None),
        )
        .order_by(MessageRow.arrived_at.desc(), MessageRow.id.desc())
        .limit(CONVERSATION + 1)
    ).all()
    shown = list(reversed(ids[:CONVERSATION]))
    lines = read_lines(db, stored.mailbox_id, shown, threads=False)
    return Conversation(lines=lines, more=len(ids) > CONVERSATION)


def show_pictures(db: Session, stored: Stored) -> None:
    """Show the pictures of this message from now on."""
    db.execute(insert(ShownImagesRow).prefix_with("OR IGNORE").values(message_id=stored.id))


def trust_pictures(db: Session, mailbox_id: int, addresses: Iterable[str]) -> None:
    """Show the pictures of these senders from now on."""
    rows = [{"mailbox_id": mailbox_id, "address": each.lower()} for each in addresses if each]
    if rows:
        db.execute(insert(ImageSenderRow).prefix_with("OR IGNORE"), rows)


def forget_pictures(db: Session, mailbox_id: int, address: str, message_id: int) -> None:
    """Ask again about the pictures of this sender, and of this message."""
    for row in (
        db.get(ImageSenderRow, (mailbox_id, address.lower())),
        db.get(ShownImagesRow, message_id),
    ):
        if row is not None:
            db.delete(row)


def _pictures(db: Session, row: MessageRow) -> Pictures:
    address = read_sender(row.sender).address.lower()
    trusted = exists().where(
        ImageSenderRow.mailbox_id == row.mailbox_id, ImageSenderRow.address == address
    )
    if address and db.scalar(select(trusted)):
        return Pictures.SENDER
    return Pictures.MESSAGE if db.get(ShownImagesRow, row.id) else Pictures.ASK


def _wholeness(row: MessageRow, contents: MessageContentsRow | None) -> Wholeness:
    if row.expected_size is not None:
        return Wholeness.ARRIVING
    if row.refused_at is not None:
        return Wholeness.REFUSED
    if row.examined_at is not None and contents is None:
        return Wholeness.TOO_LARGE
    return Wholeness.WHOLE


def _attachments(contents: MessageContentsRow | None) -> tuple[Attachment, ...]:
    return tuple(Attachment(**each) for each in contents.attachments) if contents else ()
