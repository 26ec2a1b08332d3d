"""The verbs of OAuth: where to ask for a consent, and how codes become tokens (RFC 6749, 7636).

    consent_url ──► (a person agrees at the provider) ──► exchange ──► TokenSet
                                                 refresh ◄── refresh token ──┘
                                                 revoke: the consent is ended

Nothing is retried here, and nothing is kept.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from requests import Response
from requests_oauthlib import OAuth2Session

from mailboxadmin.domain.clock import Clock
from mailboxadmin.domain.cuttable import OnOpen, nobody_cuts
from mailboxadmin.domain.errors import Cancelled, MailFailure
from mailboxadmin.domain.oauth import App, AppKey, TokenSet
from mailboxadmin.oauth import gmail, outlook
from mailboxadmin.oauth.answers import no_answer, refuse, tokens_of, unreachable
from mailboxadmin.oauth.endpoints import Endpoints
from mailboxadmin.outbound.transport import LINE_FAULTS, Transport

PROVIDERS: Any = {AppKey.GMAIL: gmail, AppKey.OUTLOOK: outlook}

# At DEBUG the libraries write down every token that passes through them.
for _name in ("oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)

# Which scopes were granted is for us to look at; the library would raise a bare Warning.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"

#: RFC 7636, 4.1 wants 43 characters at least.
_VERIFIER_LENGTH = 64


def new_verifier() -> str:
    """A PKCE code verifier, to be kept until the code comes."""
    return str(WebApplicationClient("").create_code_verifier(_VERIFIER_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClient:
    """What is asked of the providers."""

    endpoints: Endpoints
    transport: Transport
    clock: Clock

    def __post_init__(self) -> None:
        if self.endpoints.on_loopback:
            # oauthlib refuses plain http even to this machine, where nobody listens in.
            os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")

    def consent_url(
        self, app: App, *, redirect_uri: str, state: str, verifier: str, login_hint: str
    ) -> str:
        """Where a person is sent to agree, with the challenge that belongs to `verifier`."""
        provider = PROVIDERS[app.key]
        session = OAuth2Session(
            app.client_id, scope=list(provider.SCOPES), redirect_uri=redirect_uri
        )
        challenge = WebApplicationClient(app.client_id).create_code_challenge(verifier, "S256")
        url, _ = session.authorization_url(
            provider.authorize_url(self.endpoints, app),
            state=state,
            code_challenge=challenge,
            code_challenge_method="S256",
            login_hint=login_hint,
            **provider.AUTHORIZE_WITH,
        )
        return str(url)

    def exchange(self, app: App, *, redirect_uri: str, code: str, verifier: str) -> TokenSet:
        """The tokens for a code that came to the callback.

        Raises:
            MailFailure: TOKEN_REFUSED or TOKEN_UNREACHABLE.
        """
        provider = PROVIDERS[app.key]
        session = OAuth2Session(app.client_id, redirect_uri=redirect_uri)

        def ask() -> Any:
            return session.fetch_token(
                provider.token_url(self.endpoints, app),
                code=code,
                code_verifier=verifier,
                client_secret=app.client_secret,
                include_client_id=True,
            )

        return self._tokens(app, session, ask, secrets=(app.client_secret, code, verifier))

    def refresh(self, app: App, refresh_token: str, *, on_open: OnOpen = nobody_cuts) -> TokenSet:
        """A new access token, with Microsoft a new refresh token, too.

        Args:
            on_open: given what can cut the call from another thread.

        Raises:
            MailFailure: TOKEN_REFUSED or TOKEN_UNREACHABLE.
            Cancelled: it was cut; whether the provider got the question is not known.
        """
        provider = PROVIDERS[app.key]
        session = OAuth2Session(app.client_id, scope=list(provider.REFRESH_SCOPES) or None)

        def ask() -> Any:
            tokens = session.refresh_token(
                provider.token_url(self.endpoints, app),
                refresh_token=refresh_token,
                client_id=app.client_id,
                client_secret=app.client_secret,
            )
            # The library puts the old one in when none came.
            same = tokens.get("refresh_token") == refresh_token
            return {**tokens, "refresh_token": None} if same else tokens

        return self._tokens(
            app, session, ask, secrets=(app.client_secret, refresh_token), on_open=on_open
        )

    def revoke(self, key: AppKey, token: str) -> bool:
        """End a consent at the provider; False where only people can do that.

        One that has ended already, or is unknown there, counts as ended.

        Raises:
            MailFailure: TOKEN_UNREACHABLE, or TOKEN_REFUSED for another reason.
        """
        url = PROVIDERS[key].revoke_url(self.endpoints)
        if url is None:
            return False
        session = OAuth2Session()
        with self._bounded(key, session):
            response = session.request("POST", url, data={"token": token}, withhold_token=True)
        if response.status_code != 400 or b"invalid_token" not in response.content:
            _refuse_revocation(key, response, token)
        return True

    def _tokens(
        self,
        app: App,
        session: Any,
        ask: Callable[[], Any],
        *,
        secrets: tuple[str, ...],
        on_open: OnOpen = nobody_cuts,
    ) -> TokenSet:
        def look(response: Response) -> Response:
            refuse(app.key, response, secrets)
            return response

        for kind in ("access_token_response", "refresh_token_response"):
            session.register_compliance_hook(kind, look)
        with self._bounded(app.key, session, on_open):
            answer = ask()
        try:
            return tokens_of(answer, self.clock.now())
        except ValueError as fault:
            raise unreachable(app.key, str(fault)) from fault

    @contextmanager
    def _bounded(self, key: AppKey, session: Any, on_open: OnOpen = nobody_cuts) -> Iterator[None]:
        with self.transport.call(session) as cord:
            on_open(cord)
            try:
                yield
            except MailFailure as failure:
                if cord.cancelled:
                    raise Cancelled("A person stopped it.") from failure
                if not cord.pulled:
                    raise
                # Half an answer, cut off by us, looks like one that is none.
                raise no_answer(key, failure, cord, self.transport.limit_s) from failure
            except LINE_FAULTS as fault:
                if cord.cancelled:
                    raise Cancelled("A person stopped it.") from fault
                raise no_answer(key, fault, cord, self.transport.limit_s) from fault
            except (OAuth2Error, ValueError) as fault:
                detail = getattr(fault, "description", "") or type(fault).__name__
                raise unreachable(key, f"an answer that cannot be read: {detail}") from fault


def _refuse_revocation(key: AppKey, response: Response, token: str) -> None:
    """Google answers 200 with an empty body when all went well."""
    if response.status_code != 200:
        refuse(key, response, (token,))
