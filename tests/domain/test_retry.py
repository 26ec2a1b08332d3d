"""When a mailbox is tried again: what failed decides."""

from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.finding import ENDED_CONSENT, Finding, Fixer, Phase, Scope
from mailboxadmin.domain.retry import Attempts, next_attempt

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def finding(code: str, *, temporary: bool, phase: Phase = Phase.FETCH) -> Finding:
    return Finding(
        code=code,
        phase=phase,
        summary="It does not work.",
        cause="Something.",
        fix_by=Fixer.NOBODY,
        steps=(),
        field=None,
        scope=Scope.MAILBOX,
        temporary=temporary,
        server_said=None,
    )


def minutes_until(found: Finding, attempts: Attempts, *, chance: float = 0.0, **more) -> float:
    at = next_attempt(found, attempts, NOW, chance=chance, **more)
    assert at is not None
    return (at - NOW).total_seconds() / 60


@pytest.mark.parametrize(("failures", "minutes"), [(1, 5), (2, 15), (3, 60), (4, 60), (400, 60)])
def test_a_temporary_failure_waits_5_15_and_then_60_minutes_for_ever(failures: int, minutes: int):
    busy = finding("server.unavailable", temporary=True)

    assert minutes_until(busy, Attempts(failures=failures, refusals=0)) == minutes


def test_jitter_lengthens_a_wait_by_a_fifth_at_most():
    busy = finding("server.unavailable", temporary=True)

    longest = minutes_until(busy, Attempts(failures=1, refusals=0), chance=0.999)

    assert 5.9 < longest < 6


def test_a_refusal_is_tried_after_5_and_30_minutes_and_never_again():
    refused = finding("auth.bad_credentials", temporary=False, phase=Phase.AUTH)

    def after(refusals: int, minutes_since_first: int) -> datetime | None:
        first = NOW - timedelta(minutes=minutes_since_first)
        attempts = Attempts(failures=refusals, refusals=refusals, first_refused_at=first)
        return next_attempt(refused, attempts, NOW, chance=0.5)

    assert after(1, 0) == NOW + timedelta(minutes=5)
    assert after(2, 5) == NOW + timedelta(minutes=25)
    assert after(3, 30) is None
    assert after(30, 300) is None


def test_after_a_second_refusal_that_came_late_the_third_waits_five_minutes():
    refused = finding("auth.bad_credentials", temporary=False, phase=Phase.AUTH)
    attempts = Attempts(failures=2, refusals=2, first_refused_at=NOW - timedelta(hours=2))

    assert next_attempt(refused, attempts, NOW, chance=0) == NOW + timedelta(minutes=5)


def test_a_sign_in_refused_in_unknown_words_counts_as_a_refusal():
    refused = finding("unknown", temporary=False, phase=Phase.AUTH)
    attempts = Attempts(failures=3, refusals=3, first_refused_at=NOW - timedelta(minutes=30))

    assert next_attempt(refused, attempts, NOW, chance=0) is None


def test_a_time_that_the_server_names_puts_a_refused_sign_in_off_and_adds_no_try():
    refused = finding("auth.bad_credentials", temporary=False, phase=Phase.AUTH)
    wait = timedelta(minutes=7)

    def after(refusals: int) -> datetime | None:
        attempts = Attempts(failures=refusals, refusals=refusals, first_refused_at=NOW)
        return next_attempt(refused, attempts, NOW, chance=0, server_wait=wait)

    assert after(1) == NOW + wait
    assert after(2) == NOW + timedelta(minutes=30)
    assert after(3) is None


def test_a_lasting_failure_is_looked_at_every_hour():
    expired = finding("tls.expired_certificate", temporary=False, phase=Phase.TLS)

    assert minutes_until(expired, Attempts(failures=7, refusals=0)) == 60


@pytest.mark.parametrize("code", ["server.throttled", "tls.expired_certificate"])
def test_a_time_that_the_server_names_is_obeyed(code: str):
    found = finding(code, temporary=code == "server.throttled")
    wait = timedelta(minutes=47)

    assert minutes_until(found, Attempts(failures=1, refusals=0), server_wait=wait) == 47


def test_a_server_that_names_no_time_is_not_asked_at_every_tick():
    busy = finding("server.unavailable", temporary=True)
    attempts = Attempts(failures=1, refusals=0)

    assert minutes_until(busy, attempts, server_wait=timedelta(0)) == 1


def test_a_shorter_time_than_five_minutes_is_obeyed_and_more():
    throttled = finding("server.throttled", temporary=True)
    attempts = Attempts(failures=1, refusals=0)

    assert minutes_until(throttled, attempts, server_wait=timedelta(seconds=89)) == 5


@pytest.mark.parametrize("code", sorted(ENDED_CONSENT))
def test_an_ended_consent_is_never_tried_again_by_itself(code: str):
    ended = finding(code, temporary=False, phase=Phase.TOKEN)

    assert next_attempt(ended, Attempts(failures=1, refusals=0), NOW, chance=0) is None


@pytest.mark.parametrize("code", ["oauth.client_secret_expired", "oauth.admin_consent_required"])
def test_what_an_admin_of_the_provider_may_have_mended_is_looked_at_every_hour(code: str):
    lasting = finding(code, temporary=False, phase=Phase.TOKEN)

    assert minutes_until(lasting, Attempts(failures=50, refusals=0)) == 60


def test_a_token_outage_is_tried_again_for_ever():
    outage = finding("oauth.provider_unavailable", temporary=True, phase=Phase.TOKEN)

    waits = [
        minutes_until(outage, Attempts(failures=failures, refusals=0)) for failures in range(1, 50)
    ]

    assert waits == [5, 15] + [60] * 47


@pytest.mark.parametrize("code", ["server.throttled", "server.bandwidth_limit"])
@pytest.mark.parametrize("failures", [1, 2, 9])
def test_who_is_asked_to_slow_down_waits_five_minutes_at_least(code: str, failures: int):
    throttled = finding(code, temporary=True)

    assert minutes_until(throttled, Attempts(failures=failures, refusals=0)) >= 5
