"""The local provider's desk: who may ask for what, and the answer.

It knows the registered apps and asks the ledger (`Grants`); it knows nothing of sockets.
Google stands under `/gmail`, Microsoft under `/outlook/<tenant>`.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn
from urllib.parse import unquote_plus

from mailboxadmin.demo.provider_grants import Grants
from mailboxadmin.demo.provider_values import (
    MAIL_SCOPES,
    OFFLINE_ACCESS,
    Consent,
    Given,
    Problem,
    Refused,
    RegisteredApp,
)
from mailboxadmin.domain.oauth import AppKey

#: Under these names Microsoft takes people of more than one directory.
_ANY_DIRECTORY = frozenset({"common", "organizations", "consumers"})

#: What remains when somebody leaves out the right to read mail.
_ONLY_WHO = frozenset({"openid", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request for consent that is in order (RFC 6749, 4.1.1)."""

    app: RegisteredApp
    redirect_uri: str
    #: Handed back untouched; empty when none came.
    state: str
    challenge: str
    scopes: frozenset[str]
    #: Whose mailbox the app wants to open; empty when it does not say.
    login_hint: str
    #: Whether it asks for a refresh token.
    offline: bool
    #: Whether it asks that everybody is asked again.
    asks_again: bool


class SentBack(Exception):
    """Raised when a wish is not in order, yet the browser can be sent back to the app."""

    def __init__(self, redirect_uri: str, state: str, refused: Refused) -> None:
        super().__init__(str(refused))
        self.redirect_uri = redirect_uri
        self.state = state
        self.refused = refused


class Desk:
    """Answers for both providers; all methods may be called from any thread."""

    def __init__(self, grants: Grants, apps: Mapping[AppKey, RegisteredApp]) -> None:
        self.grants = grants
        self.apps = dict(apps)

    def wish(self, key: AppKey, tenant: str, asked: Mapping[str, str]) -> Wish:
        """Read a request for consent.

        Raises:
            Refused: client or redirect URI are not known, so that nobody may be sent anywhere.
            SentBack: anything else is wrong, and the provider says so to the app.
        """
        app = self._in_tenant(key, tenant)
        client_id, redirect_uri = asked.get("client_id", ""), asked.get("redirect_uri", "")
        if client_id != app.client_id:
            raise Refused(Problem.UNKNOWN_CLIENT, client=client_id, tenant=tenant)
        if redirect_uri not in app.redirect_uris:
            raise Refused(Problem.REDIRECT_NOT_REGISTERED, value=redirect_uri, client=client_id)
        state = asked.get("state", "")
        try:
            _check_wish(key, asked)
        except Refused as refused:
            if key is AppKey.GMAIL:
                # Google shows its own page for whatever is wrong with the request.
                raise
            raise SentBack(redirect_uri, state, refused) from refused
        scopes = frozenset(asked.get("scope", "").split())
        return Wish(
            app=app,
            redirect_uri=redirect_uri,
            state=state,
            challenge=asked["code_challenge"],
            scopes=scopes,
            login_hint=asked.get("login_hint", ""),
            offline=_offline(key, asked, scopes),
            asks_again="consent" in asked.get("prompt", "").split(),
        )

    def agreed(self, wish: Wish, address: str, *, mail: bool = True, brief: bool = False) -> str:
        """The code for what somebody agreed to.

        Args:
            address: the account that signed in.
            mail: False leaves out the right to read mail.
            brief: the permission ends at once.
        """
        key = wish.app.key
        # Google gives a refresh token at the first consent, or when it is made to ask again.
        offline = wish.offline and (
            key is AppKey.OUTLOOK or wish.asks_again or self.grants.first_consent(key, address)
        )
        scopes = wish.scopes if mail else (wish.scopes - {MAIL_SCOPES[key]}) | _ONLY_WHO
        consent = Consent(key=key, address=address, scopes=scopes, offline=offline, brief=brief)
        return self.grants.code(consent, wish.redirect_uri, wish.challenge)

    def token(
        self, key: AppKey, tenant: str, asked: Mapping[str, str], authorization: str
    ) -> Given:
        """What a token endpoint gives.

        Args:
            authorization: the header of that name; the client may say who it is there.

        Raises:
            Refused: it gives nothing.
        """
        app = self._in_tenant(key, tenant)
        self._known_client(app, tenant, asked, authorization)
        kinds: dict[str, Callable[[RegisteredApp, Mapping[str, str]], Given]] = {
            "authorization_code": self._redeem,
            "refresh_token": self._refresh,
        }
        if key is AppKey.OUTLOOK:
            kinds["client_credentials"] = self._app_token
        kind = asked.get("grant_type", "")
        return kinds.get(kind, _no_such_grant)(app, asked)

    def _redeem(self, app: RegisteredApp, asked: Mapping[str, str]) -> Given:
        code, redirect_uri = _needed(asked, "code"), _needed(asked, "redirect_uri")
        return self.grants.redeem(app.key, code, redirect_uri, asked.get("code_verifier", ""))

    def _refresh(self, app: RegisteredApp, asked: Mapping[str, str]) -> Given:
        scopes = frozenset(asked.get("scope", "").split())
        token = _needed(asked, "refresh_token")
        try:
            return self.grants.refresh(app.key, token, scopes)
        except Refused as refused:
            raise Refused(refused.problem, client=app.client_id) from refused

    def _app_token(self, app: RegisteredApp, asked: Mapping[str, str]) -> Given:
        scope = _needed(asked, "scope")
        if not scope.endswith("/.default"):
            raise Refused(Problem.SCOPE_INVALID, value=scope)
        return self.grants.app_token(app.key, app.client_id)

    def _in_tenant(self, key: AppKey, tenant: str) -> RegisteredApp:
        """The app, as it is found under that directory."""
        app = self.apps[key]
        if key is AppKey.GMAIL or tenant == app.tenant:
            return app
        if tenant not in _ANY_DIRECTORY:
            raise Refused(Problem.UNKNOWN_TENANT, tenant=tenant)
        if not app.multi_tenant:
            raise Refused(Problem.SINGLE_TENANT, tenant=tenant, client=app.client_id)
        return app

    def _known_client(
        self, app: RegisteredApp, tenant: str, asked: Mapping[str, str], authorization: str
    ) -> None:
        """The client is who it says it is, in the body or by HTTP Basic (RFC 6749, 2.3.1)."""
        client_id, secret = basic(authorization) or (
            asked.get("client_id", ""),
            asked.get("client_secret", ""),
        )
        if not client_id:
            raise Refused(Problem.PARAMETER_MISSING, value="client_id")
        if client_id != app.client_id:
            raise Refused(Problem.UNKNOWN_CLIENT, client=client_id, tenant=tenant)
        if not secret:
            raise Refused(Problem.SECRET_MISSING, client=client_id)
        if not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
            raise Refused(Problem.SECRET_WRONG, client=client_id)
        if app.secret_expired:
            raise Refused(Problem.SECRET_EXPIRED, client=client_id)

    def knows_tenant(self, tenant: str) -> bool:
        """Whether a directory of that name exists."""
        return tenant in _ANY_DIRECTORY or tenant == self.apps[AppKey.OUTLOOK].tenant

    def change(self, key: AppKey, **changes: object) -> None:
        """Change how an app is registered, as its admin does: `secret_expired=True`."""
        self.apps[key] = replace(self.apps[key], **changes)  # type: ignore[arg-type]


def basic(authorization: str) -> tuple[str, str] | None:
    """Name and secret of an HTTP Basic header, percent-decoded; None when it is none."""
    kind, _, value = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(name), unquote_plus(secret)


def _check_wish(key: AppKey, asked: Mapping[str, str]) -> None:
    response_type, scopes = asked.get("response_type", ""), asked.get("scope", "").split()
    if response_type != "code":
        raise Refused(Problem.RESPONSE_TYPE, value=response_type)
    # The real ones ask web apps for no PKCE; this one does, so that nobody forgets it.
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        raise Refused(Problem.CHALLENGE_MISSING)
    if not scopes:
        raise Refused(Problem.SCOPE_INVALID, value="")
    others = MAIL_SCOPES[AppKey.OUTLOOK if key is AppKey.GMAIL else AppKey.GMAIL]
    if others in scopes:
        raise Refused(Problem.SCOPE_INVALID, value=others)


def _offline(key: AppKey, asked: Mapping[str, str], scopes: frozenset[str]) -> bool:
    if key is AppKey.GMAIL:
        return asked.get("access_type") == "offline"
    return OFFLINE_ACCESS in scopes


def _needed(asked: Mapping[str, str], name: str) -> str:
    value = asked.get(name, "")
    if not value:
        raise Refused(Problem.PARAMETER_MISSING, value=name)
    return value


def _no_such_grant(app: RegisteredApp, asked: Mapping[str, str]) -> NoReturn:
    raise Refused(Problem.GRANT_TYPE, value=asked.get("grant_type", ""))
