"""What can come instead of a greeting."""

import time

import pytest

from mailboxadmin.demo.deeds import (
    BYE_GREETING,
    HTTP_GREETING,
    POP3_GREETING,
    SMTP_GREETING,
    SSH_GREETING,
    Close,
    CloseAfter,
    Drip,
    Stall,
)
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.imap import climb
from mailboxadmin.imap.deadline import Deadline
from tests.imap.callers import account, failure, phases
from tests.support.scripted_steps import expect


@pytest.mark.parametrize(
    "banner", [SSH_GREETING, SMTP_GREETING, POP3_GREETING, HTTP_GREETING, "", b"\x15\x03\x01\n"]
)
def test_another_service_is_recognised_and_quoted(scripted_imap, banner):
    server = scripted_imap(greeting=banner)

    facts, steps = failure(account(server.port))

    assert facts.happening is Happening.GREETING_NOT_IMAP
    assert phases(steps)[-1] == ("greeting", False)
    if isinstance(banner, str):
        assert (facts.server_said or "") == banner
    assert server.received == b"", "nothing was said to a stranger"


def test_a_bye_is_a_refusal_with_its_words(scripted_imap):
    server = scripted_imap(greeting=BYE_GREETING)

    facts, steps = failure(account(server.port))

    assert facts.happening is Happening.GREETING_REFUSED
    assert facts.server_said == "Too many connections, try again later"
    assert steps[-1].detail == facts.server_said


def test_a_bye_after_the_greeting_and_before_the_sign_in_is_a_refusal_too(scripted_imap):
    bye = expect("CAPABILITY$", "* BYE [UNAVAILABLE] going down", Close())
    server = scripted_imap([bye])

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.GREETING_REFUSED
    assert facts.response_code == "UNAVAILABLE"
    assert facts.server_said == "[UNAVAILABLE] going down"


@pytest.mark.parametrize("end", [Close(), CloseAfter("* OK rea", 8)])
def test_an_end_before_the_greeting_is_a_refusal_without_words(scripted_imap, end):
    server = scripted_imap(greeting=end)

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.GREETING_REFUSED
    assert facts.server_said is None
    assert facts.detail


def test_silence_is_a_time_out(scripted_imap, monkeypatch):
    monkeypatch.setattr(climb, "RUNG_LIMIT_S", 1.0)
    server = scripted_imap(greeting=Stall())

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.GREETING_TIMEOUT
    assert facts.phase is Phase.GREETING


def test_a_greeting_that_drips_is_a_time_out_although_every_read_brings_something(
    scripted_imap, monkeypatch
):
    monkeypatch.setattr(climb, "RUNG_LIMIT_S", 1.0)
    server = scripted_imap(greeting=Drip("* OK " + "x" * 1000, bytes_per_s=20))

    began = time.monotonic()
    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.GREETING_TIMEOUT
    assert time.monotonic() - began < 30


def test_the_deadline_of_the_run_ends_a_drip_as_well_and_says_so(scripted_imap):
    server = scripted_imap(greeting=Drip("* OK " + "x" * 1000, bytes_per_s=20))

    began = time.monotonic()
    facts, _ = failure(account(server.port), deadline=Deadline.after(1))

    assert facts.happening is Happening.DEADLINE
    assert facts.phase is Phase.LOCAL
    assert "greeting" in facts.detail
    assert time.monotonic() - began < 30


def test_an_endless_greeting_is_not_read_to_its_end(scripted_imap):
    server = scripted_imap(greeting=b"* OK " + b"x" * 100_000)

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.NOT_UNDERSTOOD


def test_a_server_of_another_version_is_not_understood(scripted_imap):
    server = scripted_imap([expect("CAPABILITY$", "* CAPABILITY IMAP2", "{tag} OK done")])

    facts, _ = failure(account(server.port))

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert facts.phase is Phase.GREETING
