"""The tables of OAuth. Tokens and secrets are not in them, but sealed in `secrets`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from mailboxadmin.store.base import NULLABLE_JSON, Base


class GrantRow(Base):
    """The permission that the owner of a mailbox gave, and how its tokens are."""

    __tablename__ = "grants"

    mailbox_id: Mapped[int] = mapped_column(
        ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    #: `domain.oauth.AppKey`.
    app: Mapped[str] = mapped_column(Text)
    #: The rights that were granted, with blanks between.
    scopes: Mapped[str] = mapped_column(Text)
    connected_at: Mapped[datetime]
    connected_by: Mapped[str] = mapped_column(Text)
    access_expires_at: Mapped[datetime]
    #: When a token endpoint last gave an access token.
    refreshed_at: Mapped[datetime]
    #: When the refresh token ends whatever is done with it; None: not told.
    refresh_expires_at: Mapped[datetime | None]
    #: When the scheduler renews the access token; None: not by itself.
    next_refresh_at: Mapped[datetime | None] = mapped_column(index=True)
    #: Refreshes that failed since the last one that did not.
    failures: Mapped[int] = mapped_column(default=0)
    #: When the provider ended it; None while it is good, as far as is known.
    ended_at: Mapped[datetime | None]
    #: The line of the log of the failure that goes on; None while none does.
    entry_id: Mapped[int | None]
    #: `domain.token.TokenAnswer` of the last failure, as JSON; None after a success.
    answer: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)


class EndedGrantRow(Base):
    """A permission that a provider ended: at which age tells why."""

    __tablename__ = "ended_grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: No foreign key: what it tells of the app outlives the mailbox.
    mailbox_id: Mapped[int]
    app: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    connected_at: Mapped[datetime]
    ended_at: Mapped[datetime]


class ConsentRow(Base):
    """A person who was sent to a provider and has to come back, once, within ten minutes."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the state, hex: what the browser brings back.
    state_digest: Mapped[str] = mapped_column(Text, unique=True)
    #: SHA-256 of what only that browser's session holds.
    browser_digest: Mapped[str] = mapped_column(Text)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id", ondelete="CASCADE"))
    #: `domain.oauth.AppKey`.
    app: Mapped[str] = mapped_column(Text)
    #: Who began it: an address.
    begun_by: Mapped[str] = mapped_column(Text)
    #: The token of the link it was begun in; None when its owner was signed in.
    link: Mapped[str | None] = mapped_column(Text)
    #: The PKCE verifier, sealed; gone once it was used.
    verifier: Mapped[bytes | None] = mapped_column(LargeBinary)
    redirect_uri: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)
    #: When somebody came back with it; None while nobody did.
    used_at: Mapped[datetime | None]
    #: What became of it (`domain.consent.Outcome`); None until that is known.
    outcome: Mapped[str | None] = mapped_column(Text)
    #: Why it did not work, as JSON; None when it did, or nothing is wrong.
    finding: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
