"""Folders with names of many kinds, from the server's list to the stored message."""

import pytest

from mailboxadmin.domain.run import Outcome
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.office import Office
from tests.support.stored import here

#: A server as Courier was: everything is inside INBOX.
BELOW_INBOX = "namespace inbox {\n separator = .\n prefix = INBOX.\n}"
NAMES = ("Entwürfe & Größe", "Отправленные", "已发送", "Notes (100 %)", 'He said "no"')


@pytest.mark.parametrize("name", [*NAMES, "Kunden/Müller/2024"])
def test_a_folder_is_synced_whatever_its_name(office: Office, dovecot: Dovecot, name: str):
    box = office.mailbox(server=dovecot, folders=("INBOX", name))
    dovecot.deliver(box.account, mails.message(1), name)

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 1)
    assert here(office, box) == {(name, 1): mails.message(1)}


def test_where_all_is_inside_inbox_the_dot_is_the_delimiter(office: Office, start_dovecot):
    courier = start_dovecot(extra_configuration=BELOW_INBOX)
    names = ("INBOX.Entwürfe & Größe", "INBOX.Kunden.Müller")
    box = office.mailbox(server=courier, folders=names)
    for name in names:
        courier.deliver(box.account, mails.message(1), name)

    report = office.sync(box)

    assert (report.outcome, report.counts.new) == (Outcome.OK, 2)
    assert list(here(office, box)) == [(name, 1) for name in names]


def test_there_a_name_without_its_prefix_is_told_with_it(office: Office, start_dovecot):
    courier = start_dovecot(extra_configuration=BELOW_INBOX)
    box = office.mailbox(server=courier, folders=("INBOX", "Projekte"))
    courier.create_folder(box.account, "INBOX.Projekte")

    report = office.sync(box)

    assert report.outcome is Outcome.PARTIAL
    assert report.finding is not None
    assert report.finding.cause.startswith("The nearest name there is “INBOX.Projekte”. ")
