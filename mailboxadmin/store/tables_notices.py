"""The tables of telling people: what goes on, what was told of it, and how the ways are."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import NULLABLE_JSON, Base


class ToldCaseRow(Base):
    """One cause that holds up mailboxes, from when it was noted until it is over."""

    __tablename__ = "told_cases"
    __table_args__ = (
        Index("ix_told_cases_key_told_at", "key", "told_at"),
        Index("ix_told_cases_ended_at", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: `services.overview.cases.Case.key`.
    key: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    #: It does not end by itself.
    needs_someone: Mapped[bool]
    #: How its mailboxes were called when it was told: "5 Outlook mailboxes".
    name: Mapped[str] = mapped_column(Text)
    #: "the client secret expired".
    short: Mapped[str] = mapped_column(Text)
    #: Every mailbox that it ever held up, as id and address.
    members: Mapped[dict[str, str]] = mapped_column(JSON)
    #: When it stopped the first of them.
    began_at: Mapped[datetime]
    noted_at: Mapped[datetime]
    #: None until people were told.
    told_at: Mapped[datetime | None]
    #: Since when its mailboxes work; None while some do not.
    gone_at: Mapped[datetime | None]
    #: None while it goes on, or may come back.
    ended_at: Mapped[datetime | None]
    #: A mailbox of it works again; they may also have been paused or deleted.
    recovered: Mapped[bool] = mapped_column(default=False)


class NoticeRow(Base):
    """A message on one channel: written first, then sent."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("uid", "channel"),
        Index("ix_notices_event_made_at", "event", "made_at"),
        Index(
            "ix_notices_waiting",
            "channel",
            "id",
            sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The same on all channels and at every try.
    uid: Mapped[str] = mapped_column(Text)
    #: `domain.telling.Event`.
    event: Mapped[str] = mapped_column(Text)
    #: `domain.delivery.Channel`.
    channel: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    #: What it is about, as a program reads it.
    cases: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    #: None: at once.
    next_try_at: Mapped[datetime | None]
    #: Somebody is sending it; after that instant they are gone.
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


class ChannelRow(Base):
    """How a way on which people are told has fared."""

    __tablename__ = "channels"

    #: `domain.delivery.Channel`.
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    tried_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    #: Since when nothing gets through; None when the last try did.
    failed_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    #: Nothing is sent before; None: at once.
    next_try_at: Mapped[datetime | None]
    #: Nothing is tried by itself until something is changed: the server counts refused sign-ins.
    held: Mapped[bool] = mapped_column(default=False)
    #: Why it failed, as JSON; None when the last try did not.
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    #: The line of the log of the failure that goes on.
    entry_id: Mapped[int | None]
