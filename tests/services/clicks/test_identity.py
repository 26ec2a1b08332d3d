"""A message whose header the server reads otherwise than we do is still the one that we know."""

from collections.abc import Iterator

import pytest

from mailboxadmin.domain.run import Counts
from tests.services.clicking import SEEN, mark, switch, waiting
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.dovecot_setup import EXCHANGE_CAPABILITY
from tests.support.fixtures import new_dovecot
from tests.support.office import Box, Office
from tests.support.stored import codes

#: Dovecot does not take a CR alone for the end of a line, so it sees no Message-ID here.
ODD = b"Subject: odd\rMessage-ID: <odd@example.org>\r\r\nbody"


@pytest.fixture(scope="module")
def plain_dovecot() -> Iterator[Dovecot]:
    """A server without CONDSTORE: every run opens the folder."""
    with new_dovecot(capability=EXCHANGE_CAPABILITY) as server:
        yield server


@pytest.fixture
def box(office: Office, plain_dovecot: Dovecot) -> Box:
    """A synced mailbox whose newest message is the odd one."""
    box = office.mailbox(server=plain_dovecot)
    plain_dovecot.deliver_many(box.account, [mails.message(1), ODD])
    assert office.sync(box).counts == Counts(new=2)
    return box


def test_it_is_not_taken_for_another(office: Office, box: Box):
    assert office.sync(box).counts == Counts()
    assert codes(office, box, "folder.") == ["folder.mapped"]


def test_a_click_on_it_is_sent(office: Office, plain_dovecot: Dovecot, box: Box):
    switch(office, "yes")
    mark(office, box, [2], seen=True)

    assert office.sync(box).counts.pushed == 1
    assert SEEN in plain_dovecot.flags(box.account)[2]
    assert waiting(office, box) == {}
