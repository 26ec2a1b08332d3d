"""Everything that the local provider can be told to do wrong."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.provider_values import (
    BROKEN,
    DOWN,
    TOO_MANY_REQUESTS,
    Endpoint,
    LineFault,
    Refusal,
)
from mailboxadmin.diagnosis import Diagnosis
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import TokenAnswer
from tests.demo.asking import ANN, SmallApp, ask

EXAMPLES = [example for row in Diagnosis.load().tokens.rows for example in row.examples]


@pytest.fixture
def token(gmail: SmallApp) -> str:
    refresh_token = gmail.provider.grant(ANN).refresh_token
    assert refresh_token is not None
    return refresh_token


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.error} {e.description[:30]}")
def test_every_known_answer_can_be_played_at_the_token_endpoint(
    provider: LocalProvider, example: TokenAnswer
):
    app = SmallApp(provider, AppKey(example.app))
    refresh_token = provider.grant(ANN, app.key).refresh_token
    provider.fail_next(example)

    answer = app.refresh(refresh_token)

    assert answer.status == example.status or example.status is None
    assert answer.status >= 400
    assert answer.json["error"] == example.error
    assert answer.json.get("error_description", "").startswith(example.description)
    assert app.refresh(refresh_token).status == 200
    assert [asked.outcome for asked in provider.asked] == [
        example.error or str(answer.status),
        "",
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.error} {e.description[:30]}")
def test_every_known_answer_can_be_brought_to_the_callback(
    provider: LocalProvider, example: TokenAnswer
):
    app = SmallApp(provider, AppKey(example.app))
    provider.fail_next(example, at=Endpoint.AUTHORIZE)

    callback = ask(app.consent_url()).callback

    assert callback.get("error", "") == example.error
    assert callback.get("error_description", "").startswith(example.description)
    assert callback["state"] == "a state/with+signs&=é"
    assert ask(app.consent_url()).status == 200


@pytest.mark.parametrize("refusal", [TOO_MANY_REQUESTS, BROKEN, DOWN])
def test_a_busy_or_broken_endpoint(gmail: SmallApp, token: str, refusal: Refusal):
    gmail.provider.fail_next(refusal)

    answer = gmail.refresh(token)

    assert answer.status == refusal.status
    assert answer.headers.get("retry-after", "") == refusal.retry_after


def test_faults_come_in_turn_before_what_always_holds(gmail: SmallApp, token: str):
    gmail.provider.fail_always(DOWN)
    gmail.provider.fail_next(BROKEN, TOO_MANY_REQUESTS)

    statuses = [gmail.refresh(token).status for _ in range(4)]
    gmail.provider.heal()

    assert statuses == [500, 429, 503, 503]
    assert gmail.refresh(token).status == 200


def test_a_fault_can_meet_one_account_or_one_provider_only(gmail: SmallApp, token: str):
    outlook = SmallApp(gmail.provider, AppKey.OUTLOOK)
    bens = gmail.provider.grant("ben@example.org").refresh_token
    anns = gmail.provider.grant(ANN, AppKey.OUTLOOK).refresh_token
    gmail.provider.fail_always(DOWN, address="Ben@example.org")
    gmail.provider.fail_always(BROKEN, key=AppKey.OUTLOOK)

    statuses = (gmail.refresh(token).status, gmail.refresh(bens).status)

    assert statuses == (200, 503)
    assert outlook.refresh(anns).status == 500


@pytest.mark.parametrize(
    ("fault", "granted"), [(LineFault.CLOSE, 0), (LineFault.LOSE, 1)], ids=["close", "lose"]
)
def test_an_answer_that_does_not_come(gmail: SmallApp, token: str, fault: LineFault, granted: int):
    gmail.provider.fail_next(fault)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        gmail.refresh(token)

    assert gmail.provider.refreshes_of(ANN) == granted
    assert [asked.outcome for asked in gmail.provider.asked] == [fault.name]
    assert gmail.refresh(token).status == 200


def test_a_lost_rotation_leaves_the_old_token_working(provider: LocalProvider):
    outlook = SmallApp(provider, AppKey.OUTLOOK)
    provider.manner.strict_rotation = True
    old = provider.grant(ANN, AppKey.OUTLOOK).refresh_token
    provider.fail_next(LineFault.LOSE)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        outlook.refresh(old)

    assert len(provider.refresh_tokens_of(ANN)) == 2
    assert outlook.refresh(old).status == 200


def test_a_connection_that_hangs_is_let_go_by_healing(gmail: SmallApp, token: str):
    gmail.provider.fail_next(LineFault.HANG)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(gmail.refresh, token)
        with pytest.raises(TimeoutError):
            asking.result(timeout=0.5)
        gmail.provider.heal()
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            asking.result(timeout=60)


def test_a_hanging_connection_does_not_keep_the_provider_from_ending():
    with ThreadPoolExecutor(1) as pool:
        with LocalProvider() as provider:
            gmail = SmallApp(provider, AppKey.GMAIL)
            provider.fail_always(LineFault.HANG)
            asking = pool.submit(gmail.refresh, "any")
            while not provider.asked:
                time.sleep(0.01)

        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            asking.result(timeout=60)


def test_an_answer_can_drip_a_byte_a_second(gmail: SmallApp, token: str):
    gmail.provider.fail_next(LineFault.DRIP)
    began = time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(gmail.refresh, token)
        with pytest.raises(TimeoutError):
            asking.result(timeout=2)
        gmail.provider.heal()
        with pytest.raises(http.client.IncompleteRead) as short:
            asking.result(timeout=60)

    assert 1 <= len(short.value.partial) <= time.monotonic() - began + 2


def test_answers_that_are_no_tokens(gmail: SmallApp, token: str):
    gmail.provider.fail_next(
        LineFault.HTML, LineFault.NO_TOKEN, LineFault.NOT_AN_OBJECT, LineFault.NOT_JSON
    )

    page, no_token, no_object, no_json = (gmail.refresh(token) for _ in range(4))

    assert {answer.status for answer in (page, no_token, no_object, no_json)} == {200}
    assert page.headers["content-type"].startswith("text/html")
    assert "access_token" not in no_token.json
    assert isinstance(no_object.json, list)
    with pytest.raises(json.JSONDecodeError):
        _ = no_json.json
    assert gmail.provider.refreshes_of(ANN) == 0


def test_an_answer_can_be_huge(gmail: SmallApp, token: str):
    gmail.provider.fail_next(LineFault.HUGE)

    assert len(gmail.refresh(token).body) > 10_000_000


def test_revoking_can_fail_too(gmail: SmallApp, token: str):
    url = gmail.provider.environment["MAILBOXADMIN_GMAIL_REVOKE_URL"]
    gmail.provider.fail_next(DOWN, LineFault.HTML, at=Endpoint.REVOKE)

    first, second = ask(url, {"token": token}), ask(url, {"token": token})

    assert (first.status, second.status) == (503, 200)
    assert gmail.provider.refresh_tokens_of(ANN) == (token,)


def test_answers_can_take_their_time(gmail: SmallApp, token: str):
    gmail.provider.manner.delay_s = 0.3
    began = time.monotonic()

    gmail.refresh(token)

    assert time.monotonic() - began >= 0.3
