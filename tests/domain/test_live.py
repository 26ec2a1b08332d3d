"""How long a mailbox is left alone, and when an IDLE is renewed."""

from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.live import (
    LONGEST_VAIN,
    RENEW_AFTER,
    Ended,
    Rest,
    delay_after,
    delay_after_vain,
    is_enough,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("ended", [Ended.CHANGED, Ended.GIVEN_UP])
def test_what_ended_well_is_taken_up_again_at_once(ended):
    assert delay_after(ended, losses=1, chance=0.9) == timedelta(0)


def test_a_connection_that_is_lost_again_and_again_is_left_alone_for_longer():
    delays = [delay_after(Ended.LOST, losses=n, chance=0) for n in (1, 2, 3, 4, 40)]

    assert delays == sorted(delays)
    assert delays[0] == timedelta(seconds=5)
    assert delays[-1] == delays[-2] == timedelta(minutes=10)


def test_a_refused_sign_in_and_a_full_server_are_left_to_the_runs():
    assert delay_after(Ended.REFUSED, losses=1, chance=0) >= timedelta(hours=1)
    assert delay_after(Ended.SLOW_DOWN, losses=1, chance=0) >= timedelta(minutes=30)
    assert delay_after(Ended.NOT_OFFERED, losses=1, chance=0) >= timedelta(days=1)


def test_the_time_that_a_server_names_is_obeyed():
    asked = timedelta(hours=5)

    assert delay_after(Ended.LOST, losses=1, chance=0, asked=asked) == asked


def test_an_office_does_not_knock_in_one_instant():
    assert delay_after(Ended.LOST, losses=2, chance=0.99) > delay_after(
        Ended.LOST, losses=2, chance=0
    )


def test_changes_that_are_none_are_heard_less_and_less_often():
    delays = [delay_after_vain(times) for times in range(20)]

    assert delays[:4] == [timedelta(seconds=s) for s in (0, 2, 4, 8)]
    assert delays[-1] == LONGEST_VAIN


@pytest.mark.parametrize(
    ("wall_s", "monotonic_s", "enough"),
    [
        (60, 60, False),
        (23 * 60, 23 * 60, False),
        (24 * 60, 24 * 60, True),
        # The machine slept for an hour.
        (3660, 60, True),
        # The wall clock was set back.
        (-3600, 24 * 60, True),
        # The network time was corrected by a little.
        (70, 60, False),
    ],
)
def test_an_idle_is_renewed_before_the_server_ends_it_and_after_a_sleep(
    wall_s, monotonic_s, enough
):
    wall, monotonic = timedelta(seconds=wall_s), timedelta(seconds=monotonic_s)

    assert is_enough(wall=wall, monotonic=monotonic) is enough
    assert timedelta(minutes=29) - timedelta(minutes=2) > RENEW_AFTER


def test_a_change_of_the_configuration_ends_a_rest():
    rest = Rest(until=NOW + timedelta(hours=1), configured_at=NOW)

    assert rest.holds(NOW, NOW)
    assert not rest.holds(NOW, NOW + timedelta(minutes=1))
    assert not rest.holds(NOW + timedelta(hours=1), NOW)
