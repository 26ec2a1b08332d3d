"""The messages on their way, and the ways themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables_notices import ChannelRow, NoticeRow

_WAITING = (NoticeRow.sent_at.is_(None), NoticeRow.given_up_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """How many messages are where, of one channel."""

    waiting: int
    given_up: int


def last_made_at(db: Session, event: str) -> datetime | None:
    """When the last message of that event was made; None: never."""
    return db.scalar(select(func.max(NoticeRow.made_at)).where(NoticeRow.event == event))


def waiting_on(db: Session) -> set[str]:
    """The channels on which something waits."""
    return set(db.scalars(select(NoticeRow.channel).where(*_WAITING).distinct()))


def next_waiting(db: Session, channel: str, now: datetime) -> NoticeRow | None:
    """The oldest that may be sent now; None also while somebody else sends one."""
    waiting = select(NoticeRow).where(NoticeRow.channel == channel, *_WAITING)
    if db.scalar(waiting.where(NoticeRow.claimed_until > now).limit(1)) is not None:
        return None
    may_go = or_(NoticeRow.next_try_at.is_(None), NoticeRow.next_try_at <= now)
    return db.scalar(waiting.where(may_go).order_by(NoticeRow.id).limit(1))


def too_old(db: Session, made_before: datetime) -> list[NoticeRow]:
    """Those that nobody took for too long."""
    return list(db.scalars(select(NoticeRow).where(NoticeRow.made_at < made_before, *_WAITING)))


def outgoing(db: Session, channel: str, given_up_since: datetime) -> Outgoing:
    """How many wait, and how many were given up since then."""
    count = select(func.count()).where(NoticeRow.channel == channel)
    return Outgoing(
        waiting=db.scalar(count.where(*_WAITING)) or 0,
        given_up=db.scalar(count.where(NoticeRow.given_up_at >= given_up_since)) or 0,
    )


def channel_row(db: Session, channel: str) -> ChannelRow:
    """How a channel has fared; a new row for one that was never tried."""
    row = db.get(ChannelRow, channel)
    if row is None:
        row = ChannelRow(channel=channel, failures=0, held=False)
        db.add(row)
    return row


def all_channels(db: Session) -> dict[str, ChannelRow]:
    """Those that were tried, by name."""
    return {row.channel: row for row in db.scalars(select(ChannelRow))}


def try_at_once(db: Session, channel: str) -> None:
    """Something was changed: what waits is tried now, and what was wrong is not known to be so."""
    row = channel_row(db, channel)
    row.failures, row.held, row.next_try_at = 0, False, None
    row.finding = row.failed_since = row.entry_id = None
    for each in db.scalars(select(NoticeRow).where(NoticeRow.channel == channel, *_WAITING)):
        each.next_try_at = None


def drop_notices_before(db: Session, before: datetime) -> None:
    """Forget those that were made before that instant, wherever they are."""
    db.execute(delete(NoticeRow).where(NoticeRow.made_at < before))


def drop_waiting(db: Session) -> None:
    """Send nothing of what waits: it is from another time."""
    db.execute(delete(NoticeRow).where(*_WAITING))
