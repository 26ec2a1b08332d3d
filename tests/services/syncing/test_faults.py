"""Servers that misbehave in every way we know of: the same code in a test and in a sync, for each.

What is played and expected is in tests/support/faults; servers that fall silent, which take
seconds each, are in test_faults_of_silence.py.
"""

import pytest

from mailboxadmin.diagnosis.catalogue import read_words
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.run import Outcome
from tests.diagnosis.promised import load
from tests.services.judging_faults import judge
from tests.support.faults import ALL, MORE_COMMANDS, SIGNING_IN, Fault
from tests.support.faults.fixtures import house
from tests.support.faults.house import MESSAGES, House
from tests.support.stored import entries, stored

__all__ = ["house"]

TOLD = [fault for fault in ALL if not fault.hangs]
HARMLESS = [fault for fault in ALL if fault.check is None and fault.in_sync is None]
#: One of each kind.
MENDED = (
    "BYE in place of a greeting",
    "a certificate: wrong name",
    "Google: a refused password",
    "NO to LIST",
    "throttled to EXAMINE",
    "closed to FETCH of messages",
    "no UID in any answer",
    "nothing found where there is mail",
)


def test_there_are_enough_of_them():
    names = {fault.name for fault in ALL if fault not in MORE_COMMANDS}

    assert len(names) >= 150
    assert len(names) - len(HARMLESS) >= 60


def test_every_promised_answer_to_a_password_is_played():
    played = {(fault.check, read_words(fault.quotes)) for fault in SIGNING_IN}
    # Tokens are refused elsewhere, and what the client's own side says is no server's.
    promised = {
        (row["code"], read_words(row["exact_text"]))
        for row in load("error_catalogue.csv")
        if row["phase"] == "auth" and row["code"] != "auth.token_refused"
    }

    assert promised - played == set()


@pytest.mark.parametrize(
    "fault", [each for each in TOLD if each not in MORE_COMMANDS], ids=lambda fault: fault.name
)
def test_it_is_told_for_what_it_is(house: House, fault: Fault):
    judge(house, fault)


@pytest.mark.parametrize("way", ["closed", "BYE"])
@pytest.mark.parametrize("command", ["SELECT", "STORE"])
def test_mail_comes_from_a_server_that_hangs_up_over_marks(house: House, way: str, command: str):
    [fault] = [each for each in TOLD if each.name == f"{way} to {command}"]
    with house.play(fault) as played:
        assert played.report.outcome is Outcome.PARTIAL
        assert played.report.finding is not None
        assert played.report.finding.phase is Phase.PUSH
        assert len(stored(house.office, played.box)) == MESSAGES + 1


@pytest.mark.parametrize("name", MENDED)
def test_a_mailbox_recovers_when_its_fault_ends(house: House, name: str):
    [fault] = [each for each in TOLD if each.name == name]
    with house.play(fault) as played:
        box, line = played.box, played.stands.line
        assert line is not None
        line.mend(house.certificates.good() if fault.certificate else None)

        report = house.office.sync(box)

        assert (report.outcome, report.finding) == (Outcome.OK, None)
        assert house.office.state(box) is State.OK
        assert len(stored(house.office, box)) == MESSAGES
        [recovered] = entries(house.office, box, "mailbox.recovered")
        assert recovered.detail["code"] == fault.in_sync


@pytest.mark.soak
@pytest.mark.parametrize(
    "fault", [each for each in TOLD if each in MORE_COMMANDS], ids=lambda fault: fault.name
)
def test_it_is_told_for_what_it_is_at_every_command(house: House, fault: Fault):
    judge(house, fault)
