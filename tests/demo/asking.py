"""An app at the local provider, as small as it can be: plain HTTP, no redirects followed."""

import http.client
import json
import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.provider_grants import challenge_of
from mailboxadmin.demo.provider_values import MAIL_SCOPES, OFFLINE_ACCESS
from mailboxadmin.domain.oauth import AppKey

BASE_URL = "http://localhost:8000"
ANN = "ann@example.org"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def callback(self) -> dict[str, str]:
        """The parameters with which the browser is sent back."""
        query = urlsplit(self.headers["location"]).query
        return {name: value for name, (value,) in parse_qs(query).items()}


def ask(
    url: str, form: dict[str, str] | None = None, *, timeout_s: float = 30, **headers: str
) -> Answer:
    """GET, or POST when there is a form; `authorization="…"` is a header."""
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if form is None:
        connection.request("GET", target, headers=headers)
    else:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", target, urlencode(form), {**kind, **headers})
    try:
        response = connection.getresponse()
        got = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, got, response.read())
    finally:
        connection.close()


class SmallApp:
    """The office's app at one of the two providers."""

    def __init__(self, provider: LocalProvider, key: AppKey) -> None:
        provider.serve(BASE_URL)
        self.provider = provider
        self.key = key
        self.registered = provider.app(key)
        self.tenant = self.registered.tenant
        self.redirect_uri = f"{BASE_URL}/oauth/callback/{key.value}"
        self.verifier = secrets.token_urlsafe(48)

    @property
    def authorize_url(self) -> str:
        environment = self.provider.environment
        if self.key is AppKey.GMAIL:
            return environment["MAILBOXADMIN_GMAIL_AUTHORIZE_URL"]
        authority = environment["MAILBOXADMIN_OUTLOOK_AUTHORITY"]
        return f"{authority}/{self.tenant}/oauth2/v2.0/authorize"

    @property
    def token_url(self) -> str:
        environment = self.provider.environment
        if self.key is AppKey.GMAIL:
            return environment["MAILBOXADMIN_GMAIL_TOKEN_URL"]
        return f"{environment['MAILBOXADMIN_OUTLOOK_AUTHORITY']}/{self.tenant}/oauth2/v2.0/token"

    def consent_url(self, **changes: str) -> str:
        """Where the browser is sent; a change to the empty string leaves a parameter out."""
        own = (
            {"access_type": "offline", "prompt": "consent", "scope": MAIL_SCOPES[self.key]}
            if self.key is AppKey.GMAIL
            else {"scope": f"{MAIL_SCOPES[self.key]} {OFFLINE_ACCESS}"}
        )
        asked = {
            "client_id": self.registered.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "state": "a state/with+signs&=é",
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "login_hint": ANN,
            **own,
            **changes,
        }
        kept = {name: value for name, value in asked.items() if value}
        return f"{self.authorize_url}?{urlencode(kept)}"

    def press(self, choice: str, *, account: str = ANN, **changes: str) -> dict[str, str]:
        """Press a button of the consent page; what comes back to the redirect URI."""
        answer = ask(self.consent_url(**changes), {"choice": choice, "account": account})
        assert answer.status == 302
        assert answer.headers["location"].startswith(f"{self.redirect_uri}?")
        return answer.callback

    def token(self, **form: str) -> Answer:
        """Ask the token endpoint."""
        client = {
            "client_id": self.registered.client_id,
            "client_secret": self.registered.client_secret,
        }
        kept = {name: value for name, value in {**client, **form}.items() if value}
        return ask(self.token_url, kept)

    def redeem(self, code: str, **changes: str) -> Answer:
        """Trade a code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changes,
        }
        return self.token(**form)

    def refresh(self, token: str, **changes: str) -> Answer:
        """Ask for a new access token."""
        return self.token(**{"grant_type": "refresh_token", "refresh_token": token, **changes})


def basic(name: str, secret: str) -> str:
    """The header of HTTP Basic."""
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()
