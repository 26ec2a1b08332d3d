"""Servers that fall silent, wherever: a test and a sync end by the clock, and say so."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.services.judging_faults import judge, judge_played
from tests.support.faults import ALL, MORE_COMMANDS, Fault
from tests.support.faults.fixtures import house, short_patience
from tests.support.faults.house import House, Played

__all__ = ["house"]

SILENT = [fault for fault in ALL if fault.hangs and fault not in MORE_COMMANDS]
MORE_SILENT = [fault for fault in MORE_COMMANDS if fault.hangs]


@pytest.fixture(scope="module")
def played(house: House) -> Iterator[Mapping[str, Played]]:
    """All at once, since nearly all they do is wait; by the fault's name."""
    with ExitStack() as scenes, short_patience(), ThreadPoolExecutor(len(SILENT)) as at_once:
        all_of_them = [
            scenes.enter_context(house.scene(fault, house.new_neighbour())) for fault in SILENT
        ]
        met = list(at_once.map(house.meet, all_of_them))
        yield {fault.name: each for fault, each in zip(SILENT, met, strict=True)}


@pytest.mark.parametrize("fault", SILENT, ids=lambda fault: fault.name)
def test_silence_is_told_for_what_it_is(house: House, played: Mapping[str, Played], fault: Fault):
    judge_played(house, fault, played[fault.name])


@pytest.mark.soak
@pytest.mark.parametrize("fault", MORE_SILENT, ids=lambda fault: fault.name)
def test_silence_at_every_command_is_told_for_what_it_is(house: House, fault: Fault):
    with short_patience():
        judge(house, fault)
