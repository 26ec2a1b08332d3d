"""The tables of the inbox: conversations, whose pictures are shown, and what can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import NULLABLE_JSON, Base


class ThreadLinkRow(Base):
    """A Message-ID that a message of a conversation has or names."""

    __tablename__ = "thread_links"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    #: The first 63 bits of its SHA-256: an ID may be long, and there are many.
    link: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    thread_id: Mapped[int] = mapped_column(BigInteger, index=True)


class ShownImagesRow(Base):
    """A message whose pictures were asked for."""

    __tablename__ = "shown_images"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )


class ImageSenderRow(Base):
    """A sender whose pictures are always shown in one mailbox."""

    __tablename__ = "image_senders"

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    #: Lower case.
    address: Mapped[str] = mapped_column(Text, primary_key=True)


class UndoRow(Base):
    """What one click changed, so that it can be taken back."""

    __tablename__ = "undos"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), index=True
    )
    made_at: Mapped[datetime]
    #: `seen`, or a `domain.filing.Kind`.
    kind: Mapped[str] = mapped_column(Text, server_default=text("'seen'"))
    #: What the messages were marked as; of a move always true.
    wanted: Mapped[bool]
    #: The ids of those that were shown otherwise before.
    messages: Mapped[list[Any]] = mapped_column(JSON)
    #: Of a move: the name of the folder, and the ids of those where the messages were before.
    target: Mapped[str | None] = mapped_column(Text)
    origins: Mapped[list[Any] | None] = mapped_column(NULLABLE_JSON)
