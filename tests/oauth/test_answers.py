"""What token endpoints send, as tokens or as what happened."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from requests import Response

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.oauth.answers import refuse, text_of, tokens_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_tokens_are_read_with_their_times_and_scopes():
    tokens = tokens_of(
        {
            "access_token": "a",
            "refresh_token": "r",
            "expires_in": 3599,
            "scope": "one two",
            "refresh_token_expires_in": "604799",
        },
        NOW,
    )

    assert (tokens.access_token, tokens.refresh_token) == ("a", "r")
    assert tokens.expires_at == NOW + timedelta(seconds=3599)
    assert tokens.scopes == {"one", "two"}
    assert tokens.refresh_expires_at == NOW + timedelta(seconds=604799)


@pytest.mark.parametrize("expires_in", [None, 0, -5, "soon", 10**12, [], ""])
def test_a_life_that_makes_no_sense_is_an_hour(expires_in):
    tokens = tokens_of({"access_token": "a", "expires_in": expires_in}, NOW)

    assert tokens.expires_at == NOW + timedelta(hours=1)
    assert (tokens.refresh_token, tokens.scopes, tokens.refresh_expires_at) == (None, None, None)


@pytest.mark.parametrize("access", [None, "", 7, ["a"]])
def test_without_an_access_token_there_are_none(access):
    with pytest.raises(ValueError, match="without an access token"):
        tokens_of({"access_token": access}, NOW)


def answer(status: int, body: bytes | dict, **headers: str) -> Response:
    response = Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return response


def facts_of(response: Response, *secrets: str):
    with pytest.raises(MailFailure) as failure:
        refuse(AppKey.OUTLOOK, response, secrets)
    return failure.value.facts


def test_a_refusal_has_the_words_of_the_endpoint_and_not_our_secret():
    said = {"error": "invalid_grant", "error_description": "AADSTS1: <b>s3cr3t</b>\r\nTrace"}
    facts = facts_of(answer(400, said | {"suberror": "bad_token"}), "s3cr3t")

    assert (facts.phase, facts.happening) == (Phase.TOKEN, Happening.TOKEN_REFUSED)
    assert facts.server_said == "invalid_grant: AADSTS1: <b>••••</b> Trace"
    assert (facts.token.app, facts.token.status, facts.token.suberror) == (
        "outlook",
        400,
        "bad_token",
    )


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_endpoint_may_answer_anything(status):
    facts = facts_of(answer(status, b"<html>", Retry_After="30"))

    assert (facts.happening, facts.token.status) == (Happening.TOKEN_REFUSED, status)
    assert facts.server_wait == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("named", "obeyed"),
    [("0", None), ("-5", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("9999999", 86400)],
)
def test_a_time_to_wait_that_makes_no_sense_is_bounded(named, obeyed):
    facts = facts_of(answer(503, b"", Retry_After=named))

    assert facts.server_wait == (timedelta(seconds=obeyed) if obeyed else None)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"[1]"), (404, b"not here"), (302, b""), (403, b'"x"'), (200, b"")],
)
def test_what_is_no_token_endpoint_is_not_reached(status, body):
    assert facts_of(answer(status, body)).happening is Happening.TOKEN_UNREACHABLE


def test_a_good_answer_passes():
    refuse(AppKey.GMAIL, answer(200, {"access_token": "a"}), ())


def test_a_text_from_outside_is_one_bounded_line():
    assert text_of("a\r\n\tb\x00\u202ec") == "a b c"
    assert len(text_of("x" * 5000)) == 1000
    assert text_of(None) == ""
    assert text_of({"a": 1}) == '{"a": 1}'
