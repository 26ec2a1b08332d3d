"""Gmail: what Google wants, and what it gives."""

from collections.abc import Set
from typing import Final

from mailboxadmin.domain.oauth import App
from mailboxadmin.oauth.endpoints import GOOGLE_CONNECTIONS, Endpoints

#: The only scope that opens IMAP; `gmail.readonly` and the like are for another interface.
SCOPES: Final = ("https://mail.google.com/",)
#: Without `consent` Google gives a refresh token only the first time; without `offline` none.
AUTHORIZE_WITH: Final = {"access_type": "offline", "prompt": "consent"}
#: Not named again: a refresh without them keeps those that were granted.
REFRESH_SCOPES: Final[tuple[str, ...]] = ()

#: Where a person ends a permission.
CONSENT_PAGES: Final = (GOOGLE_CONNECTIONS,)


def authorize_url(endpoints: Endpoints, app: App) -> str:
    """Where a person agrees."""
    return endpoints.gmail_authorize


def token_url(endpoints: Endpoints, app: App) -> str:
    """Where codes and refresh tokens become access tokens."""
    return endpoints.gmail_token


def revoke_url(endpoints: Endpoints) -> str | None:
    """Where a refresh token is ended, and the consent with it (RFC 7009)."""
    return endpoints.gmail_revoke


def opens_mail(granted: Set[str]) -> bool:
    """True when mail may be read over IMAP with these scopes: people can untick a box."""
    return bool(granted & set(SCOPES))
