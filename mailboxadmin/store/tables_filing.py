"""The table of what the server has still to be told besides read and unread."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import Base

# What is true of a change that waits; the other ones failed, and wait for a person.
WAITS = "failed_at IS NULL"


class ChangeRow(Base):
    """A flag, or another folder, that somebody wants for a message. A later wish replaces it."""

    __tablename__ = "changes"
    __table_args__ = (
        # Where messages are on their way to.
        Index("ix_changes_arriving", "target_id", sqlite_where=text(WAITS)),
    )

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    #: `domain.filing.Kind`.
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), index=True
    )
    #: Of a flag: whether the message is to have it.
    flagged: Mapped[bool | None]
    #: Of a move: the folder that it is to be in.
    target_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Text)
    #: Of a move: the folder that the server was asked to move it to, before it answered, with
    #: its UIDVALIDITY and UIDNEXT then. None: the server was not asked, or its answer is known.
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="CASCADE"))
    asked_validity: Mapped[int | None]
    asked_uid_next: Mapped[int | None]
    #: When it turned out that the server cannot be told, and why, as a sentence.
    failed_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
