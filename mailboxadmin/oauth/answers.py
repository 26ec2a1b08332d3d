"""From what a token endpoint sent to tokens, or to what happened."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import requests

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mask import MASK
from mailboxadmin.domain.oauth import AppKey, TokenSet
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.outbound.cord import Cord

_LONGEST_TEXT = 1000
_LONGEST_WAIT = timedelta(days=1)
#: Without `expires_in` (it is only recommended, RFC 6749, 5.1) as both providers have it.
_USUAL_LIFE_S = 3600
_LONGEST_LIFE_S = 10 * 365 * 86400


def tokens_of(answer: Mapping[str, Any], now: datetime) -> TokenSet:
    """The tokens in a good answer.

    Raises:
        ValueError: there is no access token in it.
    """
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise ValueError("an answer without an access token")
    refresh_life = _seconds(answer.get("refresh_token_expires_in"))
    return TokenSet(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        expires_at=now + (_seconds(answer.get("expires_in")) or timedelta(seconds=_USUAL_LIFE_S)),
        scopes=_scopes(answer.get("scope")),
        refresh_expires_at=now + refresh_life if refresh_life else None,
    )


def _scopes(told: object) -> frozenset[str] | None:
    """As text with blanks between (RFC 6749, 3.3), or as the library has split it."""
    names = told.split() if isinstance(told, str) else told
    return frozenset(map(str, names)) if names and isinstance(names, list) else None


def _seconds(value: object) -> timedelta | None:
    """A length of time; None when it is none."""
    try:
        seconds = int(str(value))
    except ValueError:
        return None
    return timedelta(seconds=seconds) if 0 < seconds < _LONGEST_LIFE_S else None


def refuse(app: AppKey, response: requests.Response, secrets: Iterable[str]) -> None:
    """Raise what a refusal says; a good answer passes.

    Args:
        secrets: what was sent, so that it is masked when it comes back.

    Raises:
        MailFailure: TOKEN_REFUSED with the endpoint's words, or TOKEN_UNREACHABLE when what
            answered is no token endpoint.
    """
    body = body_of(response)
    said, status = body or {}, response.status_code
    error = said.get("error")
    if status == 200 and body is not None and not error:
        return
    if error is None and status not in (408, 429) and status < 500:
        raise unreachable(app, f"what answered is no token endpoint (HTTP {status})")
    answer = TokenAnswer(
        app=app.value,
        status=status,
        error=text_of(error, secrets),
        description=text_of(said.get("error_description"), secrets),
        suberror=text_of(said.get("suberror") or said.get("error_subtype"), secrets),
    )
    raise refused(answer, server_wait=_retry_after(response))


def body_of(response: requests.Response) -> dict[str, Any] | None:
    """The JSON object that was sent; None when it is something else."""
    try:
        said = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def refused(answer: TokenAnswer, *, server_wait: timedelta | None = None) -> MailFailure:
    """A refusal as an error: of the endpoint, or at the callback."""
    words = ": ".join(filter(None, (answer.error, answer.description)))
    return MailFailure(
        Facts(
            phase=Phase.TOKEN,
            happening=Happening.TOKEN_REFUSED,
            server_said=words or None,
            detail="" if words else f"HTTP {answer.status}",
            token=answer,
            server_wait=server_wait,
        )
    )


def unreachable(app: AppKey, detail: str) -> MailFailure:
    """No answer that could be read, as an error."""
    return MailFailure(
        Facts(
            phase=Phase.TOKEN,
            happening=Happening.TOKEN_UNREACHABLE,
            detail=detail,
            token=TokenAnswer(app=app.value),
        )
    )


def no_answer(app: AppKey, fault: BaseException, cord: Cord, limit_s: float) -> MailFailure:
    """Why no answer came, as an error."""
    if cord.pulled or isinstance(fault, requests.Timeout):
        return unreachable(app, f"no answer in {limit_s:.0f} seconds")
    if isinstance(fault, requests.TooManyRedirects):
        return unreachable(app, "it sends us to another address, which no token endpoint does")
    return unreachable(app, _root(fault))


def _root(fault: BaseException) -> str:
    """The words of what was wrong in the first place; the libraries wrap them three times."""
    seen = fault
    while (inner := seen.__cause__ or seen.__context__) is not None:
        seen = inner
    words = seen.strerror if isinstance(seen, OSError) and seen.strerror else str(seen)
    return words[:_LONGEST_TEXT] or type(seen).__name__


def text_of(value: object, secrets: Iterable[str] = ()) -> str:
    """A text that came from outside: on one line, bounded, without what is secret in it."""
    text = value if isinstance(value, str) else ("" if value is None else json.dumps(value))
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    for secret in filter(None, secrets):
        # As it is, and as it was written into the request.
        for form in (secret, quote_plus(secret)):
            line = line.replace(form, MASK)
    return line[:_LONGEST_TEXT]


def _retry_after(response: requests.Response) -> timedelta | None:
    """The time to wait that was named, in seconds (RFC 9110, 10.2.3); a date is not read."""
    text = response.headers.get("Retry-After", "")
    wait = _seconds(text.strip()) if text.strip().isdecimal() else None
    return min(wait, _LONGEST_WAIT) if wait else None
