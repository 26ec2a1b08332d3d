"""OAuth, in the words of RFC 6749: the office's app at a provider, and the tokens it is given."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AppKey(StrEnum):
    """The providers whose mail can be opened with a token; each needs an app of the office."""

    GMAIL = "gmail"
    OUTLOOK = "outlook"

    @property
    def label(self) -> str:
        """As it is called on buttons: `Gmail`, `Outlook`."""
        return self.value.capitalize()

    @property
    def company(self) -> str:
        """Who runs it."""
        return "Google" if self is AppKey.GMAIL else "Microsoft"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The office's app at one provider, as an admin set it up."""

    key: AppKey
    client_id: str
    client_secret: str = field(repr=False)
    #: The directory that signs people in, `common` for any; empty at Google, which has none.
    tenant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSet:
    """What a token endpoint gave (RFC 6749, 5.1)."""

    access_token: str = field(repr=False)
    #: None: it gave none, and the one there is stays good.
    refresh_token: str | None = field(default=None, repr=False)
    #: When the access token ends.
    expires_at: datetime
    #: The rights that were granted; None: not told, so they are those that were asked for.
    scopes: frozenset[str] | None = None
    #: When the refresh token ends whatever is done with it; None: not told.
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What the owner of a mailbox agreed to, and how its tokens are; never a token."""

    app: AppKey
    #: The rights that were granted, or that were asked for when the provider told none.
    scopes: frozenset[str]
    connected_at: datetime
    #: Who agreed: an address.
    connected_by: str
    #: When the access token ends; a new one is asked for before.
    access_expires_at: datetime
    #: When an access token was last given.
    refreshed_at: datetime
    #: When the next one is asked for; None: not by itself.
    next_refresh_at: datetime | None
    #: When the refresh token ends whatever is done with it; None: not told.
    refresh_expires_at: datetime | None
    #: When the provider ended the permission; None while it is good, as far as is known.
    ended_at: datetime | None
