"""The tables of mail: folders, messages with their bytes and text, and what waits to be sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import NULLABLE_JSON, Base

# What the indexes of the inbox hold; a query has to say it in the same words.
HERE = "removed_at IS NULL"
UNREAD = f"{HERE} AND seen = 0"
FLAGGED = f"{HERE} AND flagged = 1"
ATTACHED = f"{HERE} AND attached = 1"
REMOVED = "removed_at IS NOT NULL"


class FolderRow(Base):
    """A folder and how far we are in it."""

    __tablename__ = "folders"
    __table_args__ = (UniqueConstraint("mailbox_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    uid_validity: Mapped[int | None]
    last_uid: Mapped[int] = mapped_column(default=0)
    uid_next: Mapped[int | None]
    highest_modseq: Mapped[int | None]
    server_count: Mapped[int] = mapped_column(default=0)
    #: Messages here that were not removed; only `message_counts` writes it.
    messages: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: Which of its messages were wanted when the cursor was set; None: all.
    selection: Mapped[str | None] = mapped_column(Text)
    #: `\\sent` and the like (RFC 6154), lower case; None when it has no such use.
    special_use: Mapped[str | None] = mapped_column(Text)
    last_success_at: Mapped[datetime | None]
    #: The server lets read status be changed there; None until the folder was opened for that.
    keeps_seen: Mapped[bool | None]
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)


class MessageRow(Base):
    """What a list shows of a message; its bytes are in `message_bytes`."""

    __tablename__ = "messages"
    __table_args__ = (
        # NULLs are distinct, so messages without a UID may be many.
        UniqueConstraint("folder_id", "uid"),
        Index("ix_messages_mailbox_arrival", "mailbox_id", "arrived_at", "uid"),
        # By their bytes only those are looked for that lost their UID. Of all messages it would
        # cost a page of the disk each, because digests come in no order.
        Index("ix_messages_unmatched", "folder_id", "digest", sqlite_where=text("uid IS NULL")),
        # Those whose bytes are not here.
        Index("ix_messages_refused", "folder_id", sqlite_where=text("refused_at IS NOT NULL")),
        Index("ix_messages_arriving", "folder_id", sqlite_where=text("expected_size IS NOT NULL")),
        # Imported ones that no sync has matched yet.
        Index(
            "ix_messages_imported",
            "mailbox_id",
            "message_id",
            sqlite_where=text("uid IS NULL AND imported_at IS NOT NULL"),
        ),
        # What the inbox lists of a folder, the newest first, and what it can be narrowed to.
        Index("ix_messages_here", "folder_id", "arrived_at", sqlite_where=text(HERE)),
        Index("ix_messages_unread", "folder_id", "arrived_at", sqlite_where=text(UNREAD)),
        Index("ix_messages_flagged", "folder_id", "arrived_at", sqlite_where=text(FLAGGED)),
        Index("ix_messages_attached", "folder_id", "arrived_at", sqlite_where=text(ATTACHED)),
        Index("ix_messages_removed", "folder_id", "arrived_at", sqlite_where=text(REMOVED)),
        Index(
            "ix_messages_conversation",
            "mailbox_id",
            "thread_id",
            "arrived_at",
            sqlite_where=text(f"{HERE} AND thread_id IS NOT NULL"),
        ),
        # The others of a conversation, which is all that joining two of them has to look for.
        Index(
            "ix_messages_gone_conversation",
            "mailbox_id",
            "thread_id",
            sqlite_where=text(f"{REMOVED} AND thread_id IS NOT NULL"),
        ),
        # What is gone from the server, the longest first.
        Index(
            "ix_messages_gone",
            "mailbox_id",
            "removed_at",
            sqlite_where=text("removed_at IS NOT NULL"),
        ),
        # What the second pass has still to look at, the newest first.
        Index(
            "ix_messages_unexamined",
            "mailbox_id",
            "arrived_at",
            sqlite_where=text(
                "examined_at IS NULL AND refused_at IS NULL AND expected_size IS NULL"
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id", ondelete="CASCADE"))
    #: Of the folder's present UIDVALIDITY; None while it waits to be matched again.
    uid: Mapped[int | None]
    message_id: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, default="")
    sender: Mapped[str] = mapped_column(Text, default="")
    recipients: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None]
    #: INTERNALDATE, else when we stored it.
    arrived_at: Mapped[datetime]
    size: Mapped[int]
    #: SHA-256 of the bytes, by which a message is known again after a UIDVALIDITY change.
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    #: What is shown.
    seen: Mapped[bool]
    #: What the server said last; a local click holds until this changes.
    server_seen: Mapped[bool]
    #: All flags as the server gave them, sorted, separated by spaces.
    flags: Mapped[str] = mapped_column(Text, default="")
    #: When we found it gone from the server; None while it is there.
    removed_at: Mapped[datetime | None]
    #: Why it could not be read as mail; None when it could.
    problem: Mapped[str | None] = mapped_column(Text)
    #: When the server last refused to give the bytes; None when they are here.
    refused_at: Mapped[datetime | None]
    #: Of a big message whose parts are still on their way, its size; None when it is whole.
    expected_size: Mapped[int | None]
    #: When its text was taken out of the bytes; None while that waits.
    examined_at: Mapped[datetime | None]
    #: When it was imported from a file; None when it came from the server.
    imported_at: Mapped[datetime | None]
    #: When the server was last asked for it by its Message-ID; None: never.
    searched_at: Mapped[datetime | None]
    #: When the log was told that it has no UID, which is said once.
    no_uid_said_at: Mapped[datetime | None]
    #: Shown as flagged: as the server says, unless it is still to be told otherwise.
    flagged: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    #: Files are enclosed, pictures that belong to the text not counted; False until examined.
    attached: Mapped[bool] = mapped_column(default=False, server_default=text("0"))
    #: The conversation that it belongs to, see `store.threads`; None until it was examined.
    thread_id: Mapped[int | None] = mapped_column(BigInteger)


class MessageBytesRow(Base):
    """A message byte for byte, unless it is big."""

    __tablename__ = "message_bytes"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class MessagePartRow(Base):
    """A part of a big message, which is never in memory whole."""

    __tablename__ = "message_parts"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    #: From 0, in the order of the bytes.
    number: Mapped[int] = mapped_column(primary_key=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class MessageContentsRow(Base):
    """What the second pass took out of a message's bytes."""

    __tablename__ = "message_contents"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    #: The first words of the text, on one line.
    preview: Mapped[str] = mapped_column(Text, default="")
    #: Plain, bounded; of an HTML mail, without its markup.
    body_text: Mapped[str] = mapped_column(Text, default="")
    #: `domain.contents.Attachment` as JSON.
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    #: What of it could not be read; None when all could.
    problem: Mapped[str | None] = mapped_column(Text)


class SearchEntryRow(Base):
    """A message that the search knows, or is about to; see `mail_search`."""

    __tablename__ = "search_entries"
    __table_args__ = (
        # What waits.
        Index("ix_search_entries_waiting", "message_id", sqlite_where=text("indexed = 0")),
    )

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    #: Its words are in the index.
    indexed: Mapped[bool]


class ReadChangeRow(Base):
    """A click that the server has not been told yet: the outbox. A later click replaces it."""

    __tablename__ = "read_changes"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), index=True
    )
    #: What the person wants the server to show.
    seen: Mapped[bool]
    clicked_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Text)
