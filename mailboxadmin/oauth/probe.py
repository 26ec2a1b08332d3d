"""Whether a provider knows the office's app, asked before anybody has agreed to anything.

Google has no question for that, so it is asked for tokens with a code that nobody gave
out. It looks at the app first: only of an app that it knows it says `invalid_grant`, that
the code is wrong. Microsoft gives an app of one organisation a token of its own
(client_credentials), good for nothing here and thrown away. Of an app for everybody there
is no directory to ask, and the made-up code has to do; Microsoft may refuse that before it
looks at the secret, so that it proves nothing.
"""

import secrets
from collections.abc import Mapping
from enum import StrEnum

import requests

from mailboxadmin.domain.app_entered import MANY_TENANTS
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.oauth import gmail, outlook
from mailboxadmin.oauth.answers import body_of, no_answer, refuse
from mailboxadmin.oauth.client import TokenClient
from mailboxadmin.outbound.transport import LINE_FAULTS

#: The mail of the organisation, with whatever rights the app has there for itself.
_APP_SCOPE = "https://outlook.office.com/.default"
#: What Microsoft may say of a code that it never made; of a real one it would be a fault.
_MALFORMED = "AADSTS9002313"
_DIRECTORY = "v2.0/.well-known/openid-configuration"


class Proof(StrEnum):
    """What an answer without a fault proves."""

    #: Client ID and secret belong together, and the provider accepts them.
    ACCEPTED = "accepted"
    #: Nothing is refused, but the provider need not have looked at the secret.
    NOT_TOLD = "not_told"


def probe(client: TokenClient, app: App, redirect_uri: str) -> Proof:
    """Ask the provider about the app; all calls together have the time of one.

    Raises:
        MailFailure: TOKEN_REFUSED with the provider's words, or TOKEN_UNREACHABLE.
    """
    session = requests.Session()
    with client.transport.call(session) as cord:
        try:
            if app.key is AppKey.GMAIL:
                return _by_code(session, app, gmail.token_url(client.endpoints, app), redirect_uri)
            _find_directory(session, app, client.endpoints.outlook(app.tenant, _DIRECTORY))
            url = outlook.token_url(client.endpoints, app)
            if app.tenant in MANY_TENANTS:
                return _by_code(session, app, url, redirect_uri)
            return _by_credentials(session, app, url)
        except MailFailure as failure:
            if not cord.pulled:
                raise
            raise no_answer(app.key, failure, cord, client.transport.limit_s) from failure
        except LINE_FAULTS as fault:
            raise no_answer(app.key, fault, cord, client.transport.limit_s) from fault


def _by_code(session: requests.Session, app: App, url: str, redirect_uri: str) -> Proof:
    code = f"4/{secrets.token_urlsafe(32)}"
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    try:
        _ask(session, app, url, asked | {"code_verifier": secrets.token_urlsafe(48)})
    except MailFailure as failure:
        answer = failure.facts.token
        if answer is None or not (
            answer.error == "invalid_grant" or _MALFORMED in answer.description
        ):
            raise
        return Proof.ACCEPTED if app.key is AppKey.GMAIL else Proof.NOT_TOLD
    return Proof.NOT_TOLD


def _by_credentials(session: requests.Session, app: App, url: str) -> Proof:
    _ask(session, app, url, {"grant_type": "client_credentials", "scope": _APP_SCOPE})
    return Proof.ACCEPTED


def _ask(session: requests.Session, app: App, url: str, asked: Mapping[str, str]) -> None:
    mine = {"client_id": app.client_id, "client_secret": app.client_secret}
    response = session.post(url, data={**asked, **mine})
    refuse(app.key, response, (app.client_secret, asked.get("code", "")))


def _find_directory(session: requests.Session, app: App, url: str) -> None:
    """Have an unknown tenant refused; what has no such page is asked for a token all the same."""
    response = session.get(url)
    if "error" in (body_of(response) or {}):
        refuse(app.key, response, ())
