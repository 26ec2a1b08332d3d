"""What the troubleshooting checks ask of the tables."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailboxadmin.store.tables import ActivityRow, HeartbeatRow, SecretRow


def sealed_secrets(db: Session) -> list[bytes]:
    """Every stored secret, sealed."""
    return list(db.scalars(select(SecretRow.sealed)))


def latest_instant(db: Session) -> datetime | None:
    """The latest instant that anybody wrote; None in an empty database."""
    instants = (
        db.scalar(select(func.max(ActivityRow.at))),
        db.scalar(select(func.max(HeartbeatRow.ticked_at))),
    )
    return max((at for at in instants if at is not None), default=None)
