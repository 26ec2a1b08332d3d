"""Outlook and Microsoft 365: what Microsoft wants, and what it gives."""

from collections.abc import Set
from typing import Final

from mailboxadmin.domain.oauth import App
from mailboxadmin.oauth.endpoints import MICROSOFT_CONSENTS, MICROSOFT_MY_APPS, Endpoints

#: Not a scope of Microsoft Graph: those do not open IMAP. `offline_access` is what brings a
#: refresh token, and stands in no answer.
SCOPES: Final = ("https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access")
#: Not `consent`: where only an admin may agree, it asks again for what the admin has granted, and
#: people are refused (docs/decisions.md). Of several accounts the right one can be chosen.
AUTHORIZE_WITH: Final = {"prompt": "select_account"}
REFRESH_SCOPES: Final = SCOPES
#: Where a person ends a permission: with an account of an organisation, with a personal one.
CONSENT_PAGES: Final = (MICROSOFT_MY_APPS, MICROSOFT_CONSENTS)


def authorize_url(endpoints: Endpoints, app: App) -> str:
    """Where a person agrees."""
    return endpoints.outlook(app.tenant, "oauth2/v2.0/authorize")


def token_url(endpoints: Endpoints, app: App) -> str:
    """Where codes and refresh tokens become access tokens."""
    return endpoints.outlook(app.tenant, "oauth2/v2.0/token")


def revoke_url(endpoints: Endpoints) -> str | None:
    """None: Microsoft has no address at which an app ends a consent; people do it themselves."""
    return None


def opens_mail(granted: Set[str]) -> bool:
    """True when mail may be read over IMAP with these scopes, whichever host they name."""
    return any(scope.lower().endswith("/imap.accessasuser.all") for scope in granted)
