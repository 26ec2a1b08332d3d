"""The tables. Columns only; what is asked of them stands in the file named after each."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import Base

#: None is SQL's NULL, so that it can be asked for.
NULLABLE_JSON = JSON(none_as_null=True)


class StaffRow(Base):
    """A person, or a shared address that is looked after like one."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Lower case.
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    role: Mapped[str] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(Text)
    #: Argon2; None until a password was chosen.
    password_hash: Mapped[str | None] = mapped_column(Text)
    #: The nonce of the one invitation that is valid; None once it was used.
    invitation: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]


class SessionRow(Base):
    """A sign-in in a browser; the cookie holds a token, this holds its digest."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class SetupCodeRow(Base):
    """The one-time code for `/setup`; at most one row."""

    __tablename__ = "setup_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class SettingRow(Base):
    """An office setting that was changed from its default, as text."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class MailboxRow(Base):
    """A mailbox and what is known of its health."""

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(Text, default="new")
    #: The name at sign-in; None is the address.
    username: Mapped[str | None] = mapped_column(Text)
    #: `staff`, `admin` or `operator`: whose word the own host is; None without one.
    host_set_by: Mapped[str | None] = mapped_column(Text)
    #: The provider that the domain's MX points to; None while none is known.
    mx_provider: Mapped[str | None] = mapped_column(Text)
    #: When its configuration was last saved; None before the first time.
    configured_at: Mapped[datetime | None]
    #: A finding as JSON; None when nothing is wrong.
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    finding_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[int] = mapped_column(default=0)
    first_refused_at: Mapped[datetime | None]
    #: The steps of the last failed run or check, as JSON.
    ladder: Mapped[list[dict[str, Any]] | None] = mapped_column(NULLABLE_JSON)
    #: The log entry of the failure that goes on, so that a repeat counts there.
    failure_entry_id: Mapped[int | None]
    last_success_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    #: None: not by itself.
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]


class MailboxSettingRow(Base):
    """A personal setting, as text; a missing one inherits."""

    __tablename__ = "mailbox_settings"

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class SecretRow(Base):
    """A sealed secret. Only the vault can open it."""

    __tablename__ = "secrets"
    __table_args__ = (UniqueConstraint("mailbox_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None for an office secret.
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: `host:port/encryption` the secret was entered for; it is sent nowhere else.
    bound_to: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class TrustedCertificateRow(Base):
    """A certificate that an admin pinned for a host."""

    __tablename__ = "trusted_certificates"

    host: Mapped[str] = mapped_column(Text, primary_key=True)
    #: SHA-256 of the DER form, hex, lower case.
    fingerprint: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[datetime]


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
    #: Which of its messages were wanted when the cursor was set; None: all.
    selection: Mapped[str | None] = mapped_column(Text)
    #: `\\sent` and the like (RFC 6154), lower case; None when it has no such use.
    special_use: Mapped[str | None] = mapped_column(Text)
    last_success_at: Mapped[datetime | None]
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)


class MessageRow(Base):
    """What a list shows of a message; its bytes are in `message_bytes`."""

    __tablename__ = "messages"
    __table_args__ = (
        # NULLs are distinct, so messages without a UID may be many.
        UniqueConstraint("folder_id", "uid"),
        Index("ix_messages_mailbox_arrival", "mailbox_id", "arrived_at", "uid"),
        Index("ix_messages_folder_digest", "folder_id", "digest"),
        # The board counts what is there, of every mailbox, every few seconds.
        Index(
            "ix_messages_present",
            "mailbox_id",
            "folder_id",
            sqlite_where=text("removed_at IS NULL"),
        ),
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


class RunRow(Base):
    """One attempt to bring a mailbox up to date, live while it has no end."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_mailbox_id_id", "mailbox_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    started_by: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    #: `domain.run.Counts` as JSON.
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    outcome: Mapped[str | None] = mapped_column(Text)
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    #: Who asked it to stop; None while nobody did.
    cancelled_by: Mapped[str | None] = mapped_column(Text)


class LeaseRow(Base):
    """Who holds a mailbox now: never two runs of one mailbox."""

    __tablename__ = "leases"

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    run_id: Mapped[int]
    #: The machine (its boot id) and the process, so that a dead holder is known at once.
    machine: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    #: When that process started, in the machine's own ticks: pids are used again.
    pid_started: Mapped[str] = mapped_column(Text)
    renewed_at: Mapped[datetime]


class CheckRow(Base):
    """A *Test connection*, live while it has no end; pruned after a day."""

    __tablename__ = "checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    folders: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: `domain.mailbox.FirstSync` as JSON; None when it was not counted.
    first_sync: Mapped[dict[str, int] | None] = mapped_column(NULLABLE_JSON)


class ActivityRow(Base):
    """One line of the log. Ids grow with time; a repeated failure moves to a new id."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_level", "level", "id"),
        Index("ix_activity_code", "code", "level", "id"),
        Index("ix_activity_mailbox", "mailbox_id", "level", "id"),
        Index("ix_activity_mailbox_code", "mailbox_id", "code", "level", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    level: Mapped[int]
    code: Mapped[str] = mapped_column(Text)
    #: No foreign key: the log outlives what it speaks of.
    mailbox_id: Mapped[int | None]
    #: The mailbox's address at the time.
    mailbox: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int | None]
    message: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    times: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    first_at: Mapped[datetime]


class HeartbeatRow(Base):
    """The scheduler's sign of life; one row."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: `scheduler`, or `timer` when only `sync --due` writes it.
    kind: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    started_at: Mapped[datetime]
    ticked_at: Mapped[datetime]
    next_tick_at: Mapped[datetime | None]
