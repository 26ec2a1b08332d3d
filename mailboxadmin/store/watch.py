"""What is kept an eye on: certificates servers showed, room on the disk, when mail last came."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.store.tables import MailboxRow, TrustedCertificateRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from mailboxadmin.store.tables_watch import DiskSampleRow, ServerCertificateRow


class Shown(NamedTuple):
    """The certificate that a server showed last."""

    #: `host:port`.
    server: str
    issuer: str
    ends_at: datetime


def note_certificate(db: Session, server: str, shown: Certificate, now: datetime) -> None:
    """Remember the certificate in place of the one before."""
    db.merge(
        ServerCertificateRow(
            server=server,
            fingerprint=shown.fingerprint,
            issuer=shown.origin,
            ends_at=shown.ends_at,
            seen_at=now,
        )
    )


def certificates_since(db: Session, seen: datetime) -> list[Shown]:
    """What servers showed since then, but those whose certificate is pinned."""
    rows = db.scalars(
        select(ServerCertificateRow)
        .where(ServerCertificateRow.seen_at >= seen)
        .order_by(ServerCertificateRow.ends_at)
    )
    pinned = set(db.scalars(select(TrustedCertificateRow.host)))
    return [
        Shown(row.server, row.issuer, row.ends_at)
        for row in rows
        if row.server.rpartition(":")[0] not in pinned
    ]


def note_room(db: Session, at: datetime, free_bytes: int, *, forget_before: datetime) -> None:
    """Remember how much was free, and forget what is long ago."""
    db.execute(delete(DiskSampleRow).where(DiskSampleRow.at < forget_before))
    db.merge(DiskSampleRow(at=at, free_bytes=free_bytes))


def room_since(db: Session, since: datetime) -> list[tuple[datetime, int]]:
    """How much was free, hour by hour."""
    query = select(DiskSampleRow.at, DiskSampleRow.free_bytes).where(DiskSampleRow.at >= since)
    return [(at, free) for at, free in db.execute(query)]


def last_arrivals(db: Session, mailbox_ids: Iterable[int]) -> dict[int, datetime]:
    """When the newest message of each of these came: one step into the index for each."""
    newest = (
        select(MessageRow.arrived_at)
        .where(MessageRow.mailbox_id == MailboxRow.id)
        .order_by(MessageRow.arrived_at.desc())
        .limit(1)
        .correlate(MailboxRow)
        .scalar_subquery()
    )
    rows = db.execute(select(MailboxRow.id, newest).where(MailboxRow.id.in_(list(mailbox_ids))))
    return {mailbox_id: at for mailbox_id, at in rows if at is not None}


def newest_received(db: Session, mailbox_id: int, count: int) -> list[datetime]:
    """When the newest messages came, but those in a folder for sent mail and the like."""
    query = (
        select(MessageRow.arrived_at)
        .join(FolderRow, FolderRow.id == MessageRow.folder_id)
        .where(MessageRow.mailbox_id == mailbox_id, FolderRow.special_use.is_(None))
        .order_by(MessageRow.arrived_at.desc())
        .limit(count)
    )
    return list(db.scalars(query))


def every_mailbox(db: Session) -> list[int]:
    """The ids of all mailboxes."""
    return list(db.scalars(select(MailboxRow.id)))
