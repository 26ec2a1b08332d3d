"""Writing the scheduler's sign of life; it is read in `beat.py`."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mailboxadmin.store.tables import HeartbeatRow

#: The only row.
_ID = 1


def heartbeat_row(db: Session) -> HeartbeatRow | None:
    """The sign of life as it was left; None when there never was one."""
    return db.get(HeartbeatRow, _ID)


def write_heartbeat(
    db: Session,
    *,
    kind: str,
    host: str,
    pid: int,
    now: datetime,
    next_tick_at: datetime | None,
    **noticed: Any,
) -> None:
    """A tick. `started_at` stays for as long as the same process ticks.

    Args:
        noticed: other columns; what is not given stays as it was.
    """
    row = db.get(HeartbeatRow, _ID)
    started_at = now
    if row is not None and (row.kind, row.host, row.pid) == (kind, host, pid):
        started_at = row.started_at
    db.merge(
        HeartbeatRow(
            id=_ID,
            kind=kind,
            host=host,
            pid=pid,
            started_at=started_at,
            ticked_at=now,
            next_tick_at=next_tick_at,
            **noticed,
        )
    )
