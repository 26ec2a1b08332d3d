"""A local OAuth provider in the shapes of Google and of Microsoft, for the demo and for tests.

It runs on loopback in threads of its own, between `with` and its end, and knows no real
account. Unlike the real ones it insists on PKCE, asks for no password and takes whoever is named
for signed in; it leaves out ID tokens, `iss` at the callback, test users and admin consent (whose
errors can be played). Tenants are known by their ID only.

    with LocalProvider() as provider, DemoImapServer(people, accepts=provider.opens) as server:
        provider.serve("http://localhost:8000")     # registers both redirect URIs
        ...                                         # provider.environment says where it is
        provider.revoke("ben@example.org")

A request comes in at `provider_wire` (sockets) and `provider_routes` (addresses), which hand it to
`provider_consent` (the browser's part), `provider_endpoints` (the app's) or
`provider_introspection` (the mail server's). These ask `provider_desk` (who may ask for what) and
`provider_grants` (what was given out), and answer by `provider_pages`, `provider_replies` and
`provider_words` (how each of the two writes it). What is to go wrong stands in `provider_faults`.
"""

import secrets
import threading
import uuid
from datetime import timedelta
from types import TracebackType
from typing import Self

from mailboxadmin.demo.provider_desk import Desk
from mailboxadmin.demo.provider_faults import Faults, Order
from mailboxadmin.demo.provider_grants import Grants
from mailboxadmin.demo.provider_request import House
from mailboxadmin.demo.provider_values import (
    MAIL_SCOPES,
    OFFLINE_ACCESS,
    Asked,
    Consent,
    Endpoint,
    Fault,
    Manner,
    Refusal,
    RegisteredApp,
)
from mailboxadmin.demo.provider_wire import LOOPBACK, ProviderServer
from mailboxadmin.domain.oauth import App, AppKey, TokenSet
from mailboxadmin.domain.token import TokenAnswer

#: Who signs in at "Sign in as somebody else".
SOMEBODY_ELSE = "somebody.else@example.org"


class LocalProvider:
    """Google under `/gmail`, Microsoft under `/outlook`; may be used from any thread."""

    def __init__(self, *, port: int = 0, app_name: str = "Mailbox Admin") -> None:
        """Prepare the provider; port 0 takes a free one."""
        self._wanted_port = port
        self._introspector = (secrets.token_hex(8), secrets.token_hex(16))
        self._faults = Faults()
        self._begin()
        self._house = House(
            desk=self._desk,
            faults=self._faults,
            app_name=app_name,
            other_address=SOMEBODY_ELSE,
            introspector=self._introspector,
        )

    def __enter__(self) -> Self:
        """Start listening.

        Raises:
            OSError: the port is in use.
        """
        self._server = ProviderServer(self._wanted_port, self._house)
        self._house.address = self.address
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="demo-provider",
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the port and all connections."""
        self._server.stop()
        self._thread.join()

    # ---- Where it is ----------------------------------------------------------

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port

    @property
    def address(self) -> str:
        """`http://127.0.0.1:12345`, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def urls(self) -> dict[str, str]:
        """The addresses that lead here instead of to the real ones, as `Config.provider_urls`."""
        return {
            "GMAIL_AUTHORIZE_URL": f"{self.address}/gmail/authorize",
            "GMAIL_TOKEN_URL": f"{self.address}/gmail/token",
            "GMAIL_REVOKE_URL": f"{self.address}/gmail/revoke",
            "OUTLOOK_AUTHORITY": f"{self.address}/outlook",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables of the product's environment."""
        return {f"MAILBOXADMIN_{name}": url for name, url in self.urls.items()}

    @property
    def introspection_url(self) -> str:
        """For a mail server that asks by POST what a token opens, with name and secret in it."""
        name, secret = self._introspector
        return f"http://{name}:{secret}@{LOOPBACK}:{self.port}/introspect"

    @property
    def userinfo_url(self) -> str:
        """For a mail server that shows the token itself, by GET."""
        return f"{self.address}/userinfo"

    # ---- The office's app -----------------------------------------------------

    def app(self, key: AppKey) -> App:
        """What an admin enters under Settings for it to work."""
        registered = self._desk.apps[key]
        return App(
            key=key,
            client_id=registered.client_id,
            client_secret=registered.client_secret,
            tenant=registered.tenant,
        )

    def serve(self, base_url: str) -> None:
        """Register the redirect URIs of an app at that public address, beside those there are."""
        for key in AppKey:
            uri = f"{base_url.rstrip('/')}/oauth/callback/{key.value}"
            uris = self._desk.apps[key].redirect_uris | {uri}
            self.register(key, redirect_uris=uris)

    def register(self, key: AppKey, **changes: object) -> None:
        """Change how the app is registered, by the fields of `RegisteredApp`.

        `client_secret="new"`, `secret_expired=True`, `multi_tenant=False`, `redirect_uris=…`.
        """
        self._desk.change(key, **changes)

    # ---- Permissions ----------------------------------------------------------

    def grant(
        self,
        address: str,
        key: AppKey = AppKey.GMAIL,
        *,
        scopes: frozenset[str] | None = None,
        lifetime_s: int | None = None,
    ) -> TokenSet:
        """Tokens for an account as after a consent, without a browser.

        Args:
            scopes: what was agreed to; None: what opens mail.
            lifetime_s: of the access token, this once.
        """
        wanted = frozenset({MAIL_SCOPES[key], OFFLINE_ACCESS}) if scopes is None else scopes
        consent = Consent(key=key, address=address, scopes=wanted, offline=True)
        tokens = self._grants.give(consent, lifetime_s)
        return TokenSet(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=self.manner.now() + timedelta(seconds=tokens.lifetime_s),
            scopes=tokens.scopes,
        )

    def delegate(self, shared: str, *, to: str) -> None:
        """Let tokens of the account `to` open the mailbox `shared` too."""
        self._grants.delegate(shared, to)

    def opens(self, user: str, token: str) -> bool:
        """Whether an access token opens that user's mail now; what `DemoImapServer` asks."""
        return user.strip().lower() in self._grants.opened_by(token)

    def revoke(self, address: str, key: AppKey | None = None) -> None:
        """End all permissions of an account, access tokens too; as on the provider's own page."""
        self._grants.revoke(address, key)

    def end_refresh_tokens(self, address: str, key: AppKey | None = None) -> None:
        """Let the refresh tokens of an account be too old; access tokens live on."""
        self._grants.end_refresh_tokens(address, key)

    def expire_access_tokens(self, address: str, key: AppKey | None = None) -> None:
        """Let the access tokens of an account be over; refresh tokens live on."""
        self._grants.expire_access_tokens(address, key)

    # ---- How it behaves -------------------------------------------------------

    @property
    def manner(self) -> Manner:
        """How it behaves: `provider.manner.lifetime_s = 60`, `provider.manner.now = clock.now`."""
        return self._grants.manner

    def fail_next(
        self,
        *faults: Fault | TokenAnswer,
        at: Endpoint = Endpoint.TOKEN,
        key: AppKey | None = None,
        address: str | None = None,
    ) -> None:
        """Play each fault once, in this order, in the place of good answers.

        Args:
            faults: `Refusal`, `LineFault`, or an answer from `diagnosis/tokens.toml`, which is
                played at its own provider only.
            at: at AUTHORIZE a refusal comes back to the app's redirect URI, without a page.
            key: at one provider; None: at both.
            address: for one account (at AUTHORIZE, the `login_hint`); None: for whoever asks.
        """
        for fault in faults:
            self._faults.next(_order(fault, at, key, address))

    def fail_always(
        self,
        fault: Fault | TokenAnswer,
        *,
        at: Endpoint = Endpoint.TOKEN,
        key: AppKey | None = None,
        address: str | None = None,
    ) -> None:
        """The same until `heal`."""
        self._faults.always(_order(fault, at, key, address))

    def heal(self) -> None:
        """Play no fault any more, and let go of connections that hang."""
        self._faults.heal()

    def reset(self) -> None:
        """Be as new, on the same port: no app's redirect URI, token, fault or count is left."""
        self._faults.heal()
        self._begin()
        self._house.desk = self._desk
        self._house.asked = []

    # ---- What was asked -------------------------------------------------------

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Every question at the token endpoints, oldest first."""
        return tuple(self._house.asked)

    @property
    def token_requests(self) -> int:
        """How many questions there were at the token endpoints, refused ones too."""
        return len(self._house.asked)

    def refreshes_of(self, address: str) -> int:
        """How many refreshes of that account were granted, also if the answer was lost."""
        return self._grants.refreshes_of(address)

    def refresh_tokens_of(self, address: str) -> tuple[str, ...]:
        """The refresh tokens of an account that work, oldest first."""
        return self._grants.alive(address)

    @property
    def secrets(self) -> frozenset[str]:
        """Every code, token and client secret there was: what must appear nowhere."""
        registered = {app.client_secret for app in self._desk.apps.values()}
        return self._grants.everything() | registered

    def _begin(self) -> None:
        self._grants = Grants(Manner())
        self._desk = Desk(self._grants, _registered())


def _registered() -> dict[AppKey, RegisteredApp]:
    """The office's app at both, with secrets of this moment and no redirect URI yet."""
    number = secrets.randbelow(10**12)
    return {
        AppKey.GMAIL: RegisteredApp(
            key=AppKey.GMAIL,
            client_id=f"{number:012}-sample.apps.googleusercontent.com",
            client_secret=f"GOCSPX-{secrets.token_urlsafe(21)}",
        ),
        AppKey.OUTLOOK: RegisteredApp(
            key=AppKey.OUTLOOK,
            client_id=str(uuid.uuid4()),
            client_secret=f"a~8Q~{secrets.token_urlsafe(26)}",
            tenant=str(uuid.uuid4()),
        ),
    }


def _order(
    fault: Fault | TokenAnswer, at: Endpoint, key: AppKey | None, address: str | None
) -> Order:
    if isinstance(fault, TokenAnswer):
        return Order(fault=Refusal.of(fault), at=at, key=AppKey(fault.app), address=address)
    return Order(fault=fault, at=at, key=key, address=address)
