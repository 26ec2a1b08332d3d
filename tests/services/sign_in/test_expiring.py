"""What ends soon is told once for each day that is named, before anything breaks."""

import threading

import pytest

from mailboxadmin.demo.provider_values import Refusal
from mailboxadmin.domain.activity import COMMAND_LINE, Code
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.expiring import read_expiring, warn_expiring
from mailboxadmin.services.sign_in.refreshing import refresh_due_tokens
from mailboxadmin.store.store import Store
from tests.support.log import logged

ENDED = Refusal(error="invalid_grant", description="Token has been expired or revoked.")


def told(token_office) -> list[str]:
    return [row.message for row in logged(token_office.office, Code.OAUTH_EXPIRING)]


def test_the_end_of_the_client_secret_is_told_once_for_each_of_four_days(token_office):
    change_settings(
        token_office.deps, {"outlook_secret_expires_on": "2026-04-15"}, actor=COMMAND_LINE
    )

    for _ in range(50 * 4):
        warn_expiring(token_office.deps)
        token_office.office.clock.advance(hours=6)

    days = [row.detail["days"] for row in logged(token_office.office, Code.OAUTH_EXPIRING)]
    assert days == [30, 14, 7, 1, 0]
    assert "ends in 29 days (15 April)" in told(token_office)[0]
    assert "Certificates & secrets" in told(token_office)[0]


def test_with_nothing_to_tell_nobody_who_writes_is_kept_waiting(
    token_office, monkeypatch: pytest.MonkeyPatch
):
    change_settings(
        token_office.deps, {"outlook_secret_expires_on": "2026-03-10"}, actor=COMMAND_LINE
    )
    assert warn_expiring(token_office.deps) == 1
    monkeypatch.delattr(Store, "write")

    assert warn_expiring(token_office.deps) == 0


def test_a_new_day_for_the_secret_ends_the_warning(token_office):
    change_settings(
        token_office.deps, {"outlook_secret_expires_on": "2026-03-10"}, actor=COMMAND_LINE
    )
    assert len(read_expiring(token_office.deps)) == 1

    change_settings(
        token_office.deps, {"outlook_secret_expires_on": "2028-03-10"}, actor=COMMAND_LINE
    )

    assert read_expiring(token_office.deps) == ()


def test_an_app_in_testing_is_recognised_from_a_permission_that_died_at_seven_days(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(days=2)
    ben = token_office.connected()
    assert warn_expiring(token_office.deps) == 0

    token_office.provider.fail_always(ENDED, address=ann.account.name)
    token_office.office.clock.advance(days=5)
    refresh_due_tokens(token_office.deps, threading.Event())
    warn_expiring(token_office.deps)

    [warned] = read_expiring(token_office.deps)
    assert warned.address == ben.person.email
    assert "Google ends those of an app in Testing" in warned.summary
    assert ben.person.email in told(token_office)[0]


def test_the_finding_says_that_it_was_seven_days(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(days=7)
    token_office.provider.fail_always(ENDED)

    first = token_office.office.sync(ann).finding
    token_office.office.clock.advance(days=1)
    again = token_office.office.sync(ann).finding

    assert first.code == again.code == "oauth.grant_expired"
    assert first.cause.startswith("It ended 7 days after it was given")
    assert again.cause == first.cause


def test_one_that_died_younger_says_nothing_of_testing(token_office):
    ann = token_office.connected()
    token_office.office.clock.advance(days=3)
    token_office.provider.fail_always(ENDED)

    assert "It ended 7 days" not in token_office.office.sync(ann).finding.cause


def test_google_may_name_the_end_itself(token_office):
    token_office.provider.manner.refresh_lifetime_s = 604_799
    token_office.connected()

    token_office.office.clock.advance(days=5, hours=12)

    [warned] = read_expiring(token_office.deps)
    assert "ends in 1 day" in warned.summary


def test_a_permission_that_was_not_used_for_long_is_told(token_office):
    token_office.connected(AppKey.OUTLOOK)

    token_office.office.clock.advance(days=70)

    [warned] = read_expiring(token_office.deps)
    assert "no token was renewed for so long" in warned.summary
