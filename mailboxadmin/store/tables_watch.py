"""The tables of what is kept an eye on: facts that a look at the pages must not have to ask for."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import NULLABLE_JSON, Base


class MailboxFactsRow(Base):
    """What was last found out about a mailbox besides its mail; none of it is needed to sync."""

    __tablename__ = "mailbox_facts"

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    #: The folders that can be opened, as the server listed them; None while nobody asked.
    listed_folders: Mapped[list[str] | None] = mapped_column(NULLABLE_JSON)
    listed_at: Mapped[datetime | None]
    #: The median of the times between two messages; None with too few of them.
    usual_gap_s: Mapped[int | None]


class ServerCertificateRow(Base):
    """The certificate that a mail server showed last, and that was accepted."""

    __tablename__ = "server_certificates"

    #: `host:port`.
    server: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class DiskSampleRow(Base):
    """How much room there was, once an hour."""

    __tablename__ = "disk_samples"

    at: Mapped[datetime] = mapped_column(primary_key=True)
    free_bytes: Mapped[int] = mapped_column(BigInteger)


class RunAllRow(Base):
    """One time that all was tested at once; live while it has no end."""

    __tablename__ = "run_alls"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(Text)
    #: A sign of life of the process that tests.
    beat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: Who stopped it; None while nobody did.
    cancelled_by: Mapped[str | None] = mapped_column(Text)


class RunAllResultRow(Base):
    """What became of one mailbox in it."""

    __tablename__ = "run_all_results"

    run_all_id: Mapped[int] = mapped_column(
        ForeignKey("run_alls.id", ondelete="CASCADE"), primary_key=True
    )
    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    #: `services.trouble.run_all.Outcome`.
    outcome: Mapped[str] = mapped_column(Text)
    #: Of the test in milliseconds; None while it waits, or was left out.
    ms: Mapped[int | None]
    #: A finding as JSON; None when it works, and when it was left out.
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
