"""Clicks on messages by their UID, and what waits to be sent."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import Marked, mark_messages
from mailboxadmin.store.tables_mail import MessageRow, ReadChangeRow
from tests.support.office import Box, Office
from tests.support.stored import stored

SEEN = "\\Seen"


def switch(office: Office, word: str) -> None:
    """Turn `sync_read_status` on or off: "yes" or "no"."""
    change_settings(office.deps, {"sync_read_status": word}, actor=COMMAND_LINE)


def mark(office: Office, box: Box, uids: Iterable[int], *, seen: bool, **more: Any) -> Marked:
    """Click on these messages of the mailbox, in whichever folder."""
    wanted = set(uids)
    ids = [each.id for each in stored(office, box) if each.uid in wanted]
    return mark_messages(office.deps, box.id, ids, seen=seen, actor="ann@example.org", **more)


def shown(office: Office, box: Box) -> set[int | None]:
    """The UIDs of the messages that are shown as read."""
    return {each.uid for each in stored(office, box) if each.seen}


def waiting(office: Office, box: Box) -> dict[int | None, bool]:
    """What waits to be sent: read or unread, by UID."""
    with office.deps.store.read() as db:
        rows = db.execute(
            select(MessageRow.uid, ReadChangeRow.seen)
            .join(ReadChangeRow, ReadChangeRow.message_id == MessageRow.id)
            .where(ReadChangeRow.mailbox_id == box.id)
        )
        return {row[0]: row[1] for row in rows}
