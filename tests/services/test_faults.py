"""Servers that misbehave in every way we know of: the same code in a test and in a sync, for each.

What is played and expected is in tests/support/faults; servers that fall silent, which take
seconds each, are in test_faults_of_silence.py.
"""

import pytest

from tests.services.judging_faults import judge
from tests.support.faults import ALL, MORE_COMMANDS, Fault
from tests.support.faults.fixtures import house
from tests.support.faults.house import House

__all__ = ["house"]

TOLD = [fault for fault in ALL if not fault.hangs]
HARMLESS = [fault for fault in ALL if fault.check is None and fault.in_sync is None]


def test_there_are_enough_of_them():
    names = {fault.name for fault in ALL if fault not in MORE_COMMANDS}

    assert len(names) >= 150
    assert len(names) - len(HARMLESS) >= 60


@pytest.mark.parametrize(
    "fault", [each for each in TOLD if each not in MORE_COMMANDS], ids=lambda fault: fault.name
)
def test_it_is_told_for_what_it_is(house: House, fault: Fault):
    judge(house, fault)


@pytest.mark.soak
@pytest.mark.parametrize(
    "fault", [each for each in TOLD if each in MORE_COMMANDS], ids=lambda fault: fault.name
)
def test_it_is_told_for_what_it_is_at_every_command(house: House, fault: Fault):
    judge(house, fault)
