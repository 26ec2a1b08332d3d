"""JSON that is signed, and a sign of life: taken when the answer is 2xx."""

import hashlib
import hmac
import json
import time

import pytest

from mailboxadmin.demo.ports import LOOPBACK, refusing_port
from mailboxadmin.domain.delivery import DeliveryFacts, HookRoute, NotDelivered, Trouble
from mailboxadmin.notify.ping import ping
from mailboxadmin.notify.webhook import DELIVERY_HEADER, SIGNATURE_HEADER, post
from mailboxadmin.outbound.transport import Transport
from tests.support.hook_server import HookServer

SECRET = "canary-signing-secret"
PAYLOAD = {"id": "abc", "event": "test", "sent_at": "2026-03-02T09:00:00Z", "text": "Töne"}
CEILING_S = 20.0


def transport(limit_s: float = 10.0) -> Transport:
    return Transport(resolve=lambda _: [LOOPBACK], limit_s=limit_s)


def refused(hook: HookServer, limit_s: float = 10.0) -> DeliveryFacts:
    with pytest.raises(NotDelivered) as raised:
        post(transport(limit_s), HookRoute(url=hook.url, secret=SECRET), PAYLOAD)
    return raised.value.facts


def test_what_is_sent_is_signed_as_a_whole():
    with HookServer() as hook:
        post(transport(), HookRoute(url=hook.url, secret=SECRET), PAYLOAD)

    [came] = hook.came
    signed = hmac.new(SECRET.encode(), came.body, hashlib.sha256).hexdigest()
    assert came.headers[SIGNATURE_HEADER] == f"sha256={signed}"
    assert came.headers[DELIVERY_HEADER] == "abc"
    assert came.headers["Content-Type"] == "application/json"
    assert json.loads(came.body) == PAYLOAD


def test_without_a_secret_nothing_is_signed():
    with HookServer() as hook:
        post(transport(), HookRoute(url=hook.url), PAYLOAD)

    assert SIGNATURE_HEADER not in hook.came[0].headers


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(404, Trouble.REFUSED), (401, Trouble.REFUSED), (429, Trouble.LATER), (503, Trouble.LATER)],
)
def test_another_answer_is_quoted_and_tells_neither_address_nor_secret(status, trouble):
    with HookServer() as hook:
        hook.status = status
        hook.answer = f"<b>no</b>\r\n /hook/canary-path {SECRET} {hook.url}".encode()
        facts = refused(hook)

    assert facts.trouble is trouble
    assert facts.said is not None and facts.said.startswith(f"{status} <b>no</b> •")
    assert "canary" not in repr(facts)


def test_nobody_is_followed_to_another_address():
    with HookServer() as elsewhere, HookServer() as hook:
        hook.status, hook.headers = 307, {"Location": elsewhere.url}
        facts = refused(hook)

    assert elsewhere.came == []
    assert "another address" in facts.detail


def test_nobody_there_is_told_without_the_address():
    with refusing_port() as port, pytest.raises(NotDelivered) as raised:
        ping(transport(), f"http://localhost:{port}/canary-path")

    facts = raised.value.facts
    assert (facts.trouble, facts.detail) == (Trouble.UNREACHABLE, "Connection refused")
    assert "canary" not in repr(facts)


def test_an_answer_that_drips_is_left_within_the_limit():
    began = time.monotonic()
    with HookServer() as hook:
        hook.answer, hook.drip_s = b"x" * 1000, 0.3
        facts = refused(hook, limit_s=1.0)

    assert facts.trouble is Trouble.UNREACHABLE
    assert time.monotonic() - began < CEILING_S


def test_a_sign_of_life_is_a_get():
    with HookServer() as monitor:
        done = ping(transport(), monitor.url)

    assert [(came.method, came.path) for came in monitor.came] == [("GET", "/hook/canary-path")]
    assert done.rungs[0].detail == "answered 200"
