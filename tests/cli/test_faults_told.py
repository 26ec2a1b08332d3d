"""Faults of servers as the command line tells them: the code, the exit status, and no password."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Ran
from tests.support.faults import ALL
from tests.support.faults.canary import leaks
from tests.support.faults.fixtures import house
from tests.support.faults.house import House

__all__ = ["house"]

TOLD = (
    "nothing listens",
    "an unknown name",
    "a web server",
    "a certificate: self signed",
    "Exchange Online: no passwords",
    "closed to LIST",
    "throttled to EXAMINE",
    "the password in a NO",
    "the password in no answer at all",
    "a greeting that knows the password",
    "the password in place of one message",
)


@pytest.mark.parametrize("name", TOLD)
def test_check_and_sync_say_the_same(house: House, cli: Callable[..., Ran], name: str):
    [fault] = [each for each in ALL if each.name == name]
    with house.scene(fault, house.new_neighbour()) as scene:
        account, deps = scene.box.account, house.office.deps

        checked = cli("check", account.name, "--json", deps=deps)
        synced = cli("sync", account.name, "--json", deps=deps)

    findings = [ran.objects[0]["finding"] for ran in (checked, synced)]
    codes = [finding["code"] if finding else None for finding in findings]
    assert codes == [fault.check, fault.in_sync]
    assert (checked.status, synced.status) == (int(bool(fault.check)), int(bool(fault.in_sync)))
    assert [step["ok"] for step in checked.objects[0]["steps"]][-1] is (fault.check is None)
    assert leaks([checked.out, checked.err, synced.out, synced.err], account) == []
    assert scene.stands.mistakes == []
