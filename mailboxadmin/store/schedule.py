"""Everything that is planned for an instant, moved along when the clock was put back."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from mailboxadmin.store.tables import LeaseRow, MailboxRow
from mailboxadmin.store.tables_notices import ChannelRow, NoticeRow
from mailboxadmin.store.tables_oauth import GrantRow

#: The next try, the next renewal, and the last sign of life of who holds a mailbox.
_PLANNED: tuple[InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime], ...] = (
    MailboxRow.next_attempt_at,
    GrantRow.next_refresh_at,
    NoticeRow.next_try_at,
    ChannelRow.next_try_at,
    LeaseRow.renewed_at,
)


#: What was due or was noted so long before the jump was planned by the clock that was ahead, too.
_BEFORE = timedelta(hours=1)


def move_earlier(db: Session, by: timedelta, now: datetime) -> int:
    """Take `by` off what was planned while the clock was ahead by that; how many there were.

    What was planned before it went ahead is nearer, and stays.
    """
    moved, since = 0, max(now, now + by - _BEFORE)
    for column in _PLANNED:
        for row in db.scalars(select(column.class_).where(column > since)):
            setattr(row, column.key, getattr(row, column.key) - by)
            moved += 1
    return moved
