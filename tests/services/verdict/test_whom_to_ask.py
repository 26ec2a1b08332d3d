"""Whom a finding tells to call: who runs the mail server, else the office's own words or admin."""

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.overview.history import read_history
from mailboxadmin.services.verdict.findings import finding_for
from tests.support.office import Office
from tests.support.outcomes import REFUSED

BUSY = Facts(phase=Phase.LOCAL, happening=Happening.DATABASE_BUSY)
SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


@pytest.mark.parametrize(
    ("contact", "admins", "called"),
    [
        ("Eva, room 3", ["grace"], "Eva, room 3"),
        ("", ["grace"], "your admin Grace"),
        ("", ["grace", "olga"], ""),
    ],
)
def test_steps_name_whom_to_call(office: Office, contact: str, admins: list[str], called: str):
    for admin in admins:
        office.admin(f"{admin}@example.org")
    box = office.mailbox_at(SOMEWHERE)
    change_settings(office.deps, {"help_contact": contact}, actor="grace@example.org")

    busy = finding_for(office.deps, box.id, BUSY)
    refused = finding_for(office.deps, box.id, REFUSED)

    whom = called or "the admin of Mailbox Admin"
    assert f"you are not an admin here, call {whom} and say" in busy.steps[-1]
    assert "call whoever runs mail.example.org and say" in refused.steps[-1]
    assert read_history(office.deps, box.id).contact == called
