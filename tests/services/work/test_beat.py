"""The scheduler's sign of life."""

import pytest

from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.work.beat import healthy, read_beat
from tests.support import states
from tests.support.office import Office


@pytest.mark.parametrize(("seconds", "stale"), [(0, False), (89, False), (91, True)])
def test_a_scheduler_is_stale_after_ninety_seconds(office: Office, seconds: int, stale: bool):
    states.tick(office)
    office.clock.advance(seconds=seconds)

    beat = read_beat(office.deps)

    assert beat.stale is stale
    assert beat.where == "process 4121 on mailhost"
    assert healthy(office.deps) is not stale


@pytest.mark.parametrize(("minutes", "stale"), [(14, False), (16, True)])
def test_a_timer_is_stale_after_three_of_the_shortest_intervals(
    office: Office, minutes: int, stale: bool
):
    change_settings(office.deps, {"check_every_minutes": "5"}, actor="grace@example.org")
    states.tick(office, kind="timer")
    office.clock.advance(minutes=minutes)

    assert read_beat(office.deps).stale is stale


def test_no_tick_at_all_is_a_fault_only_where_the_scheduler_should_run(office: Office):
    assert read_beat(office.deps, expected=True).stale
    assert not read_beat(office.deps, expected=False).stale
    assert not healthy(office.deps, expected=True)
    assert healthy(office.deps, expected=False)
