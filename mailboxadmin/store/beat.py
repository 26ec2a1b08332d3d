"""Reading the scheduler's sign of life and what it is held against."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.store.tables import HeartbeatRow, MailboxSettingRow, SettingRow

INTERVAL = "check_every_minutes"


class Heartbeat(NamedTuple):
    """The one row."""

    #: `scheduler`, or `timer` when only `sync --due` writes it.
    kind: str
    host: str
    pid: int
    ticked_at: datetime
    next_tick_at: datetime | None
    #: Another scheduler that ticked beside this one, and when that was noticed.
    rival_host: str | None
    rival_pid: int | None
    rival_at: datetime | None
    #: By how much the clock of the last HTTPS answer was ahead of ours, and when it came.
    ahead_s: int | None
    compared_at: datetime | None


def read_heartbeat(db: Session) -> Heartbeat | None:
    """The last sign of life; None when there never was one."""
    row = db.scalar(select(HeartbeatRow).order_by(HeartbeatRow.ticked_at.desc()).limit(1))
    if row is None:
        return None
    return Heartbeat(
        row.kind,
        row.host,
        row.pid,
        row.ticked_at,
        row.next_tick_at,
        row.rival_host,
        row.rival_pid,
        row.rival_at,
        row.ahead_s,
        row.compared_at,
    )


def shortest_interval_minutes(db: Session) -> int:
    """The shortest time between two looks at any mailbox."""
    office = db.scalar(select(SettingRow.value).where(SettingRow.key == INTERVAL))
    default = int(office) if office else int(str(SETTINGS[INTERVAL].default))
    own = db.scalar(
        select(func.min(cast(MailboxSettingRow.value, Integer))).where(
            MailboxSettingRow.key == INTERVAL
        )
    )
    return min(default, own) if own else default
