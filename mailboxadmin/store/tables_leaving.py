"""The table of what was asked to be erased."""

from datetime import datetime

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import Base


class ErasureRow(Base):
    """A mailbox that goes for good, with its owner or without; it outlives both.

    No foreign keys: what it names is deleted before it has an end.
    """

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[int]
    staff_id: Mapped[int]
    address: Mapped[str] = mapped_column(Text)
    #: `domain.erasure.Wish`.
    wish: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    total: Mapped[int]
    #: None while it goes on.
    finished_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(Text, default="")
    end_at: Mapped[list[str]] = mapped_column(JSON, default=list)
    backups: Mapped[list[str]] = mapped_column(JSON, default=list)
    remains: Mapped[str] = mapped_column(Text, default="")
