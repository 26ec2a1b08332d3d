"""The tables, but for those of mail, see `tables_mail`.

Columns only; what is asked of them stands in the file named after each.
"""

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
    #: What the browser called itself at the sign-in; empty when it did not say.
    user_agent: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Where the sign-in came from; the cookie is worth nothing from elsewhere.
    remote_addr: Mapped[str] = mapped_column(Text, default="", server_default="")


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
    #: The incident that goes on; no foreign key, since the two point at each other.
    incident_id: Mapped[int | None]
    last_success_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    #: None: not by itself.
    next_attempt_at: Mapped[datetime | None] = mapped_column(index=True)
    #: The nonce of the one link in which its owner can mend it; None without one, or once used.
    repair_nonce: Mapped[str | None] = mapped_column(Text)
    repair_made_at: Mapped[datetime | None]
    repair_made_by: Mapped[str | None] = mapped_column(Text)
    #: The `removed_retention_days` that its owner was told of; None while none holds.
    purge_days: Mapped[int | None]
    #: From when on that is done.
    purge_from: Mapped[datetime | None]
    created_at: Mapped[datetime]


class IncidentRow(Base):
    """One thing that was wrong with one mailbox, from its first time to its last."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_mailbox_id_began_at", "mailbox_id", "began_at"),
        Index("ix_incidents_open", "mailbox_id", sqlite_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(Text)
    #: The finding of the last time, as JSON.
    finding: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The host or OAuth app that all the mailboxes with this cause share; empty for one alone.
    reach: Mapped[str] = mapped_column(Text, default="")
    #: When the mailbox stopped working, whatever was wrong with it at first.
    outage_at: Mapped[datetime]
    began_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    #: None while it goes on.
    ended_at: Mapped[datetime | None]
    #: `domain.incident.Ending`; None while it goes on.
    ended_by: Mapped[str | None] = mapped_column(Text)
    #: `domain.certificate.Certificate` that was refused, as JSON; None when it is not about one.
    certificate: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    #: Its line in the log; None once that was tidied away.
    entry_id: Mapped[int | None]


class UnknownAnswerRow(Base):
    """What a server said that nothing here knows; kept to be added to the catalogue."""

    __tablename__ = "unknown_answers"
    __table_args__ = (UniqueConstraint("phase", "happening", "response_code", "provider", "said"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(Text)
    happening: Mapped[str] = mapped_column(Text)
    #: Of a token endpoint its `error`; empty for none.
    response_code: Mapped[str] = mapped_column(Text)
    #: The key of the provider that was recognised, or of the OAuth app; empty for none.
    provider: Mapped[str] = mapped_column(Text)
    #: Its words, with what belongs to one mailbox (address, host) covered.
    said: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)


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
    #: What it said of itself, as JSON; None when only its fingerprint was given.
    certificate: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    #: Whose decision it was.
    pinned_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]


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
    #: What the process kept in memory then; None where the system does not tell.
    memory_bytes: Mapped[int | None] = mapped_column(BigInteger)


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
    #: The certificate that was refused, as JSON; None when it was not about one.
    certificate: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    #: `domain.mailbox.FirstSync` as JSON; None when it was not counted.
    first_sync: Mapped[dict[str, int] | None] = mapped_column(NULLABLE_JSON)
    #: The person who stopped it; what it still finds out is not written any more.
    stopped_by: Mapped[str | None] = mapped_column(Text)


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
    #: Another process that ticked between two ticks of this one, and when that was noticed.
    rival_host: Mapped[str | None] = mapped_column(Text)
    rival_pid: Mapped[int | None]
    rival_at: Mapped[datetime | None]
    #: By how many seconds the clock of the last HTTPS answer was ahead of ours, and when it came.
    ahead_s: Mapped[int | None]
    compared_at: Mapped[datetime | None]
