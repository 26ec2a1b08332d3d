"""Which messages of a folder are on the server, as far as we know, and under which UID."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from mailboxadmin.store.base import rows_changed
from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_mail import MessageRow

#: Rows of a whole folder come so many at a time; SQLAlchemy would hold all of them at once.
AT_A_TIME = 1000


def stored_uids(db: Session, folder_id: int) -> dict[int, bool]:
    """The UIDs we have of a folder, and whether each is still on the server as far as we know."""
    rows = db.execute(
        select(MessageRow.uid, MessageRow.removed_at.is_(None))
        .where(MessageRow.folder_id == folder_id, MessageRow.uid.is_not(None))
        .execution_options(yield_per=AT_A_TIME)
    )
    return {uid: present for uid, present in rows if uid is not None}


def uids_here(db: Session, folder_id: int, *, above: int = 0) -> set[int]:
    """The UIDs we have of a folder, also of messages that are gone from the server."""
    rows = db.scalars(
        select(MessageRow.uid)
        .where(MessageRow.folder_id == folder_id, MessageRow.uid > above)
        .execution_options(yield_per=AT_A_TIME)
    )
    return {uid for uid in rows if uid is not None}


def with_message_id(
    db: Session, folder_id: int, limit: int | None = None, *, removed: bool = False
) -> list[tuple[int, str]]:
    """UID and Message-ID of messages that are on the server, or `removed` from it, newest first."""
    rows = db.execute(
        select(MessageRow.uid, MessageRow.message_id)
        .where(
            MessageRow.folder_id == folder_id,
            MessageRow.uid.is_not(None),
            MessageRow.removed_at.is_not(None) if removed else MessageRow.removed_at.is_(None),
            MessageRow.message_id.is_not(None),
        )
        .order_by(MessageRow.uid.desc())
        .limit(limit)
    )
    return [(uid, text) for uid, text in rows if uid is not None and text is not None]


def newest_with_message_id(
    db: Session, folder_id: int, *, among: Collection[int], removed: bool = False
) -> tuple[int, str] | None:
    """The first of `with_message_id` that is one of these UIDs; None when none is."""
    wanted = set(among)
    known = with_message_id(db, folder_id, removed=removed)
    return next((each for each in known if each[0] in wanted), None)


def count_present(db: Session, folder_id: int) -> int:
    """Messages of a folder that have a UID and were not removed."""
    return db.scalar(select(func.count()).where(*present(folder_id))) or 0


def has_present(db: Session, folder_id: int) -> bool:
    """True when a message of the folder is here and on the server."""
    return bool(db.scalar(select(exists().where(*present(folder_id)))))


def newest_whole(db: Session, folder_id: int, *, largest: int) -> int | None:
    """The UID of the newest message whose bytes came from the server, no more than so many."""
    return db.scalar(
        select(MessageRow.uid)
        .where(*present(folder_id), MessageRow.refused_at.is_(None), MessageRow.size <= largest)
        .order_by(MessageRow.uid.desc())
        .limit(1)
    )


def has_unmatched(db: Session, folder_id: int, *, named: bool) -> bool:
    """True when a message of the folder lost its UID and waits for another.

    Args:
        named: only one with a Message-ID counts.
    """
    return bool(db.scalar(select(exists().where(*unmatched(folder_id, named=named)))))


def present_uids(db: Session, folder_id: int) -> list[int]:
    """The UIDs of a folder's messages that are on the server, ascending."""
    rows = db.scalars(select(MessageRow.uid).where(*present(folder_id)).order_by(MessageRow.uid))
    return [uid for uid in rows if uid is not None]


class Waiting(NamedTuple):
    """What a batch of messages may meet of rows that are here already; seldom anything."""

    #: Rows of the folder whose bytes are not here.
    unfinished: bool
    #: Rows of the folder that lost their UID.
    unmatched: bool
    #: Rows of the mailbox that were imported and have no UID yet.
    imported: bool


def waiting_rows(db: Session, mailbox_id: int, folder_id: int) -> Waiting:
    """Asked once a batch, so that it is not compared with rows that do not exist."""
    without_uid = MessageRow.uid.is_(None)
    of_folder = MessageRow.folder_id == folder_id
    imported = (MessageRow.mailbox_id == mailbox_id, MessageRow.imported_at.is_not(None))
    refused, arriving, unmatched, waiting = db.execute(
        select(
            exists().where(of_folder, MessageRow.refused_at.is_not(None)),
            exists().where(of_folder, MessageRow.expected_size.is_not(None)),
            exists().where(of_folder, without_uid),
            exists().where(*imported, without_uid),
        )
    ).one()
    return Waiting(refused or arriving, unmatched, waiting)


def set_presence(
    db: Session, folder_id: int, uids: Iterable[int], *, removed_at: datetime | None
) -> None:
    """Mark messages as gone from the server, or as there again after all."""
    for some in slices(uids):
        db.execute(
            update(MessageRow)
            .where(MessageRow.folder_id == folder_id, MessageRow.uid.in_(some))
            .values(removed_at=removed_at)
        )


def forget_uids(db: Session, folder_id: int) -> int:
    """The folder's UIDs mean nothing any more; how many messages now wait to be matched."""
    db.execute(
        # Nothing is known of these but the number that has just lost its meaning.
        delete(MessageRow).where(
            MessageRow.folder_id == folder_id, MessageRow.uid.is_not(None), unfinished()
        )
    )
    changed = db.execute(
        update(MessageRow)
        .where(MessageRow.folder_id == folder_id, MessageRow.uid.is_not(None))
        .values(uid=None)
    )
    return rows_changed(changed)


def remove_unmatched(db: Session, folder_id: int, now: datetime, *, named: bool) -> int:
    """What still has no UID is gone from the server: all bytes of the folder were seen.

    Args:
        named: not all were; those with a Message-ID were searched by it.
    """
    removed = db.execute(
        update(MessageRow).where(*unmatched(folder_id, named=named)).values(removed_at=now)
    )
    return rows_changed(removed)


def present(folder_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is true of the messages of a folder that are on the server."""
    return (
        MessageRow.folder_id == folder_id,
        MessageRow.uid.is_not(None),
        MessageRow.removed_at.is_(None),
    )


def unmatched(folder_id: int, *, named: bool) -> tuple[ColumnElement[bool], ...]:
    """What is true of the messages of a folder that lost their UID and wait for another."""
    with_message_id = (MessageRow.message_id.is_not(None),) if named else ()
    return (
        *with_message_id,
        MessageRow.folder_id == folder_id,
        MessageRow.uid.is_(None),
        MessageRow.removed_at.is_(None),
        MessageRow.imported_at.is_(None),
    )


def unfinished() -> ColumnElement[bool]:
    """What is true of messages whose bytes are not here: refused, or still on their way."""
    return or_(MessageRow.refused_at.is_not(None), MessageRow.expected_size.is_not(None))
