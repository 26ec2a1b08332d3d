"""Which mailboxes are synced: all, the due, the named; and why the others are not."""

from collections.abc import Callable

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome, SkipReason
from mailboxadmin.services.mailboxes.pausing import pause_mailbox
from mailboxadmin.services.staff.people import disable_person
from mailboxadmin.services.syncing.rounds import due_mailboxes, sync_many
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office

Told = dict[str, tuple[Outcome, SkipReason | None]]


@pytest.fixture
def told(office: Office) -> Callable[..., Told]:
    """What each mailbox is told."""

    def sync(*boxes: Box, due: bool = False) -> Told:
        addresses = [box.account.name for box in boxes] or None
        reports = sync_many(office.deps, addresses, due=due, actor=COMMAND_LINE)
        return {report.mailbox: (report.outcome, report.reason) for report in reports}

    return sync


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    return office.mailbox(server=dovecot)


OK = (Outcome.OK, None)


def skipped(reason: SkipReason) -> tuple[Outcome, SkipReason]:
    return Outcome.SKIPPED, reason


def test_all_configured_mailboxes_are_synced(office: Office, dovecot: Dovecot, told):
    boxes = [office.mailbox(server=dovecot) for _ in range(10)]
    office.person("new@example.org")
    for box in boxes:
        dovecot.deliver(box.account, mails.message(1))

    assert told() == {box.account.name: OK for box in boxes}


def test_with_due_only_those_whose_turn_it_is(office: Office, box: Box, told):
    first = told(due=True)
    at_once = told(due=True)
    office.clock.advance(minutes=61)
    later = told(due=True)

    name = box.account.name
    assert (first[name], later[name]) == (OK, OK)
    assert at_once[name] == skipped(SkipReason.NOT_DUE)


def test_a_paused_mailbox_is_left_out_even_when_it_is_named(office: Office, box: Box, told):
    office.sync(box)
    pause_mailbox(office.deps, box.id, actor=COMMAND_LINE)

    paused = {box.account.name: skipped(SkipReason.PAUSED)}
    assert (told(), told(box), told(due=True)) == (paused, paused, paused)


def test_a_disabled_persons_mailbox_is_left_out_and_never_due(office: Office, box: Box, told):
    disable_person(office.deps, box.person.id, actor=COMMAND_LINE)

    assert told()[box.account.name] == skipped(SkipReason.PAUSED)
    assert due_mailboxes(office.deps, office.clock.now()) == []


def test_a_refused_mailbox_waits_unless_it_is_named(office: Office, dovecot: Dovecot, told):
    box = office.mailbox(server=dovecot, password="wrong")
    office.sync(box)

    all_of_them, named = told(), told(box)

    assert all_of_them[box.account.name] == skipped(SkipReason.WAITING)
    assert named[box.account.name] == (Outcome.FAILED, None)


def test_a_refused_mailbox_is_tried_with_all_once_its_password_was_changed(
    office: Office, dovecot: Dovecot, told
):
    box = office.mailbox(server=dovecot, password="wrong")
    office.sync(box)
    where = Server(host=dovecot.host, port=dovecot.port, encryption=Encryption.NONE)
    office.connect(box.id, where, box.account.password)

    assert told()[box.account.name] == OK


def test_a_broken_mailbox_does_not_stop_the_others(office: Office, dovecot: Dovecot, told):
    broken = office.mailbox(server=dovecot, password="wrong")
    sound = office.mailbox(server=dovecot)

    reports = told()

    assert reports[broken.account.name][0] is Outcome.FAILED
    assert reports[sound.account.name] == OK


def test_an_address_without_a_mailbox_is_not_found(office: Office, box: Box):
    with pytest.raises(NotFound, match="nobody@"):
        list(sync_many(office.deps, ["nobody@example.org"], due=False, actor=COMMAND_LINE))


def test_a_mailbox_that_is_not_configured_cannot_be_named(office: Office):
    office.person("new@example.org")

    with pytest.raises(InvalidInput, match="not configured"):
        list(sync_many(office.deps, ["new@example.org"], due=False, actor=COMMAND_LINE))


def test_the_longest_waiting_mailbox_is_due_first(office: Office, dovecot: Dovecot):
    early = office.mailbox(server=dovecot)
    office.clock.advance(minutes=1)
    late = office.mailbox(server=dovecot)

    assert due_mailboxes(office.deps, office.clock.now()) == [early.id, late.id]


def test_the_same_address_twice_is_synced_once(office: Office, box: Box):
    name = box.account.name
    reports = sync_many(office.deps, [name, f" {name.upper()} "], due=False, actor=COMMAND_LINE)

    assert [report.mailbox for report in reports] == [name]
