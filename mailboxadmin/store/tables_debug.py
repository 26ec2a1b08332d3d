"""The table of debug mode. What is recorded is not in the database, but in files."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import Base


class DebugSwitchRow(Base):
    """Debug mode that was switched on; the row goes when it is off."""

    __tablename__ = "debug_switches"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None: for all mailboxes.
    mailbox_id: Mapped[int | None] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), unique=True
    )
    switched_on_by: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime]
    until: Mapped[datetime]
