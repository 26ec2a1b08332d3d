"""What the local provider sends back, in Google's shape and in Microsoft's."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from mailboxadmin.demo.provider_values import Given, LineFault, Refusal
from mailboxadmin.domain.oauth import AppKey

_NUMBER = re.compile(r"\bAADSTS(\d+)")

#: On every answer: tokens and consents are nobody's to keep (RFC 6749, 5.1).
_NOT_KEPT = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    #: What is to go wrong on the way (HANG, DRIP, CLOSE or LOSE); None sends it.
    on_the_way: LineFault | None = None


def as_json(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A JSON answer."""
    return Reply(
        status=status,
        body=json.dumps(value).encode(),
        content_type="application/json; charset=utf-8",
        headers=(*_NOT_KEPT, *headers),
    )


def as_page(text: str, status: int = 200) -> Reply:
    """An HTML answer."""
    return Reply(status=status, body=text.encode(), headers=_NOT_KEPT)


def sent_back(redirect_uri: str, answer: Mapping[str, str]) -> Reply:
    """The browser sent back to the app, the answer in the query (RFC 6749, 4.1.2)."""
    joint = "&" if urlsplit(redirect_uri).query else "?"
    words = {name: value for name, value in answer.items() if value}
    location = f"{redirect_uri}{joint}{urlencode(words)}"
    return Reply(status=302, headers=(*_NOT_KEPT, ("Location", location)))


def given(tokens: Given) -> Reply:
    """The tokens, as the provider writes them."""
    body: dict[str, object] = {
        "access_token": tokens.access_token,
        "expires_in": tokens.lifetime_s,
        "scope": " ".join(sorted(tokens.scopes)),
        "token_type": "Bearer",
    }
    if tokens.key is AppKey.OUTLOOK:
        body["ext_expires_in"] = tokens.lifetime_s
    if tokens.refresh_token is not None:
        body["refresh_token"] = tokens.refresh_token
    if tokens.refresh_lifetime_s is not None:
        body["refresh_token_expires_in"] = tokens.refresh_lifetime_s
    return as_json(body)


def refused(key: AppKey, refusal: Refusal, now: datetime) -> Reply:
    """An error of a token endpoint, as the provider writes it."""
    body = _google(refusal) if key is AppKey.GMAIL else _microsoft(refusal, now)
    headers = (("Retry-After", refusal.retry_after),) if refusal.retry_after else ()
    return as_json(body, refusal.status, headers)


def callback_error(key: AppKey, refusal: Refusal, now: datetime) -> dict[str, str]:
    """The same error as it comes back to the redirect URI."""
    if key is AppKey.GMAIL:
        words = {"error_subtype": refusal.suberror}
        return {"error": refusal.error, "error_description": refusal.description, **words}
    said = _microsoft(refusal, now)
    return {
        "error": refusal.error,
        "error_subcode": refusal.suberror,
        "error_description": str(said["error_description"]),
        "error_uri": str(said.get("error_uri", "")),
    }


def _google(refusal: Refusal) -> dict[str, object]:
    body: dict[str, object] = {"error": refusal.error}
    if refusal.description:
        body["error_description"] = refusal.description
    if refusal.suberror:
        body["error_subtype"] = refusal.suberror
    return body


def _microsoft(refusal: Refusal, now: datetime) -> dict[str, object]:
    """learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow, "Error response"."""
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    timestamp = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    description = refusal.description
    if description:
        description += f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
    numbers = [int(number) for number in _NUMBER.findall(refusal.description)]
    body: dict[str, object] = {
        "error": refusal.error,
        "error_description": description,
        "error_codes": numbers,
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
    }
    if numbers:
        body["error_uri"] = f"https://login.microsoftonline.com/error?code={numbers[0]}"
    if refusal.suberror:
        body["suberror"] = refusal.suberror
    return body
