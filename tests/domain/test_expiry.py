"""What of OAuth ends by itself, and when that is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mailboxadmin.domain.expiry import (
    Ends,
    died_of_testing,
    grant_expiring,
    secret_expiring,
    seems_in_testing,
)
from mailboxadmin.domain.oauth import AppKey

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ends_on", "told_for"),
    [
        (date(2026, 4, 2), None),
        (date(2026, 4, 1), None),
        (date(2026, 3, 31), 30),
        (date(2026, 3, 16), 30),
        (date(2026, 3, 15), 14),
        (date(2026, 3, 8), 7),
        (date(2026, 3, 3), 7),
        (date(2026, 3, 2), 1),
        (date(2026, 3, 1), 0),
        (date(2025, 12, 31), 0),
    ],
)
def test_a_client_secret_is_told_30_14_7_and_1_days_before_its_end(ends_on, told_for):
    found = secret_expiring(ends_on, NOW)

    assert (found.told_for if found else None) == told_for


def test_a_client_secret_is_over_after_its_last_day():
    assert not secret_expiring(date(2026, 3, 2), NOW).over
    assert secret_expiring(date(2026, 3, 1), NOW).over


def grant(app: AppKey = AppKey.GMAIL, **changes):
    given = {
        "connected_at": NOW - 30 * DAY,
        "refreshed_at": NOW,
        "refresh_expires_at": None,
        "testing": False,
    }
    return grant_expiring(1, app, **(given | changes), now=NOW)


@pytest.mark.parametrize("app", AppKey)
def test_a_permission_that_is_used_lasts(app):
    assert grant(app) is None


@pytest.mark.parametrize(
    ("age_days", "told_for"), [(4, None), (5, 2), (5.5, 2), (6, 1), (6.9, 1), (7, 0)]
)
def test_a_permission_of_an_app_in_testing_is_told_in_its_last_two_days(age_days, told_for):
    found = grant(connected_at=NOW - age_days * DAY, testing=True)

    assert (found.told_for if found else None) == told_for
    assert found is None or found.what is Ends.TESTING


def test_the_end_that_google_names_counts_more_than_the_age():
    found = grant(connected_at=NOW - 30 * DAY, refresh_expires_at=NOW + DAY / 2)

    assert (found.what, found.ends_at) == (Ends.TESTING, NOW + DAY / 2)


def test_testing_is_googles_alone():
    assert grant(AppKey.OUTLOOK, connected_at=NOW - 6 * DAY, testing=True) is None


@pytest.mark.parametrize(
    ("app", "unused_days", "told_for"),
    [
        (AppKey.OUTLOOK, 59, None),
        (AppKey.OUTLOOK, 60, 30),
        (AppKey.OUTLOOK, 89, 1),
        (AppKey.GMAIL, 149, None),
        (AppKey.GMAIL, 166, 14),
        (AppKey.GMAIL, 181, 0),
    ],
)
def test_a_permission_that_is_not_used_is_told_before_it_ends(app, unused_days, told_for):
    found = grant(app, connected_at=NOW - 400 * DAY, refreshed_at=NOW - unused_days * DAY)

    assert (found.told_for if found else None) == told_for
    assert found is None or found.what is Ends.UNUSED


@pytest.mark.parametrize(
    ("age_days", "of_testing"), [(1, False), (6.9, False), (7, True), (7.4, True), (8, False)]
)
def test_a_permission_that_dies_at_seven_days_died_of_testing(age_days, of_testing):
    began = NOW - age_days * DAY

    assert died_of_testing(AppKey.GMAIL, began, NOW) is of_testing
    assert not died_of_testing(AppKey.OUTLOOK, began, NOW)


def test_one_that_died_so_tells_of_the_app():
    assert seems_in_testing([(NOW - 40 * DAY, NOW), (NOW - 7 * DAY, NOW)])
    assert not seems_in_testing([(NOW - 40 * DAY, NOW)])
