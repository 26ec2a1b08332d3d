"""Moving and flagging messages by their UID, and what waits to be told."""

from collections.abc import Iterable

from sqlalchemy import select

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.filing import Act
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.filing import Filed, flag_messages, move_messages
from mailboxadmin.store import mailbox_facts
from mailboxadmin.store.tables_filing import ChangeRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from tests.support.office import Box, Office

FLAGGED = "\\Flagged"
ANN = "ann@example.org"


def allow(office: Office, word: str = "yes") -> None:
    """Turn `allow_changes` on or off: "yes" or "no"."""
    change_settings(office.deps, {"allow_changes": word}, actor=COMMAND_LINE)


def ids_of(office: Office, box: Box, uids: Iterable[int], folder: str = "INBOX") -> list[int]:
    """The messages with these UIDs in a folder."""
    with office.deps.store.read() as db:
        return list(
            db.scalars(
                select(MessageRow.id)
                .join(FolderRow, FolderRow.id == MessageRow.folder_id)
                .where(
                    FolderRow.mailbox_id == box.id,
                    FolderRow.name == folder,
                    MessageRow.uid.in_(list(uids)),
                )
                .order_by(MessageRow.uid)
            )
        )


def flag(office: Office, box: Box, uids: Iterable[int], *, flagged: bool = True) -> Filed:
    """Flag messages of INBOX, or not any more."""
    ids = ids_of(office, box, uids)
    return flag_messages(office.deps, box.id, ids, flagged=flagged, actor=ANN)


def move(
    office: Office, box: Box, uids: Iterable[int], folder: str, *, source: str = "INBOX"
) -> Filed:
    """Move messages to a folder by its name."""
    with office.deps.store.write() as db:
        listed = mailbox_facts.listed_folders(db, box.id) or []
        if folder not in listed:
            names = [*listed, folder]
            mailbox_facts.note_listed(db, box.id, names, office.clock.now())
    ids = ids_of(office, box, uids, source)
    return move_messages(
        office.deps, box.id, ids, Act.MOVE, folder=folder, together=False, actor=ANN
    )


def waiting(office: Office, box: Box) -> list[tuple[int | None, str, str | None]]:
    """What waits or failed: UID, kind, and the reason if it failed."""
    with office.deps.store.read() as db:
        rows = db.execute(
            select(MessageRow.uid, ChangeRow.kind, ChangeRow.reason)
            .join(ChangeRow, ChangeRow.message_id == MessageRow.id)
            .where(ChangeRow.mailbox_id == box.id)
            .order_by(ChangeRow.kind, MessageRow.uid)
        )
        return [(row[0], row[1], row[2]) for row in rows]


def places(office: Office, box: Box) -> dict[int, tuple[str, int | None, bool]]:
    """Where each message is on the server as far as we know: folder, UID, whether it is there."""
    with office.deps.store.read() as db:
        rows = db.execute(
            select(MessageRow.id, FolderRow.name, MessageRow.uid, MessageRow.removed_at)
            .join(FolderRow, FolderRow.id == MessageRow.folder_id)
            .where(MessageRow.mailbox_id == box.id)
        )
        return {row[0]: (row[1], row[2], row[3] is None) for row in rows}


def shown_flagged(office: Office, box: Box) -> set[int | None]:
    """The UIDs of the messages that are shown as flagged."""
    with office.deps.store.read() as db:
        query = select(MessageRow.uid).where(
            MessageRow.mailbox_id == box.id, MessageRow.flagged.is_(True)
        )
        return set(db.scalars(query))
