"""Whom a finding tells to call: the office's own words, else its one admin."""

import pytest

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.findings import finding_for
from mailboxadmin.services.settings import change_settings
from tests.support.office import Office
from tests.support.outcomes import REFUSED

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


@pytest.mark.parametrize(
    ("contact", "admins", "called"),
    [
        ("Eva, room 3", ["grace"], "call Eva, room 3 and say"),
        ("", ["grace"], "call your admin Grace and say"),
        ("", ["grace", "olga"], "call the admin of Mailbox Admin and say"),
    ],
)
def test_steps_name_whom_to_call(office: Office, contact: str, admins: list[str], called: str):
    for admin in admins:
        office.admin(f"{admin}@example.org")
    box = office.mailbox_at(SOMEWHERE)
    change_settings(office.deps, {"help_contact": contact}, actor="grace@example.org")

    finding = finding_for(office.deps, box.id, REFUSED)

    assert called in finding.steps[-1]
