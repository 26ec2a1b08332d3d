"""Where the providers answer: the one file with their addresses.

Gmail     https://developers.google.com/identity/protocols/oauth2/web-server
          https://developers.google.com/workspace/gmail/imap/xoauth2-protocol (the scope)
Outlook   https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
          https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
          https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: Where people see, and end, what they allowed: at Google; at Microsoft with an account of an
#: organisation, and with a personal one.
GOOGLE_CONNECTIONS = "https://myaccount.google.com/connections"
MICROSOFT_MY_APPS = "https://myapps.microsoft.com/"
MICROSOFT_CONSENTS = "https://account.live.com/consent/Manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses in force; another authority is for sovereign clouds and for tests."""

    gmail_authorize: str = "https://accounts.google.com/o/oauth2/v2/auth"
    gmail_token: str = "https://oauth2.googleapis.com/token"
    gmail_revoke: str = "https://oauth2.googleapis.com/revoke"
    outlook_authority: str = "https://login.microsoftonline.com"

    @classmethod
    def of(cls, urls: Mapping[str, str]) -> "Endpoints":
        """With the addresses that the environment names (`config.PROVIDER_URLS`)."""
        return cls(**{key.lower().removesuffix("_url"): url for key, url in urls.items()})

    @property
    def on_loopback(self) -> bool:
        """True when one of them is plain http, which `config` allows on this machine only."""
        mine = (self.gmail_authorize, self.gmail_token, self.gmail_revoke, self.outlook_authority)
        return any(url.startswith("http://") for url in mine)

    def outlook(self, tenant: str, path: str) -> str:
        """An address below the directory's."""
        return f"{self.outlook_authority}/{tenant}/{path}"
