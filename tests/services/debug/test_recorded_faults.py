"""Servers that misbehave while they are recorded: no secret and no mail, whatever they say."""

from email import message_from_bytes

import pytest

from mailboxadmin.services.debug.debugging import switch_on
from tests.support import mails
from tests.support.faults import ALL, ECHOES, Fault
from tests.support.faults.canary import leaks
from tests.support.faults.fixtures import house
from tests.support.faults.house import MESSAGES, House

__all__ = ["house"]

#: One of each kind beside those that repeat the password.
OTHERS = (
    "closed to FETCH of messages",
    "no UID in any answer",
    "NO to LIST",
    "nothing found where there is mail",
    "closed to STORE",
)
SAMPLE = (*ECHOES, *(fault for fault in ALL if fault.name in OTHERS))
REST = [fault for fault in ALL if not fault.hangs and fault not in SAMPLE]


def words_of_mail() -> set[str]:
    """What only the messages say."""
    sent = [message_from_bytes(raw) for raw in mails.generate(MESSAGES)]
    fields = ("Message-ID", "Subject", "From", "To")
    return {str(mail[name]) for mail in sent for name in fields if mail[name]}


def judge(house: House, fault: Fault) -> None:
    switch_on(house.office.deps, mailbox_id=None, minutes=1440, actor="grace@example.org")
    with house.play(fault) as played:
        files = (house.office.deps.instance / "debug").glob(f"{played.box.id}-*.txt")
        said = [file.read_text() for file in files]
    assert len(said) >= 2
    assert leaks(said, played.box.account) == []
    assert [word for word in words_of_mail() if any(word in text for text in said)] == []
    assert not any("could not be recorded" in text for text in house.told(played))


@pytest.mark.parametrize("fault", SAMPLE, ids=lambda fault: fault.name)
def test_nothing_secret_is_recorded(house: House, fault: Fault):
    judge(house, fault)


@pytest.mark.soak
@pytest.mark.parametrize("fault", REST, ids=lambda fault: fault.name)
def test_nothing_secret_is_recorded_of_any_fault(house: House, fault: Fault):
    judge(house, fault)
