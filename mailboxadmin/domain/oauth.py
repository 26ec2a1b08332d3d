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
