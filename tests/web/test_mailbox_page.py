"""The page of one mailbox."""

import re
from datetime import timedelta

import pytest

from mailboxadmin.domain.activity import Code
from mailboxadmin.domain.finding import Fixer, Phase
from mailboxadmin.domain.mailbox import Encryption, Server, State, Step
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.special_uses import put_special_uses
from mailboxadmin.store.tables_mail import FolderRow
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor

FOLDER = re.compile(r'<tr><td><b>([^<]+)</b>.*?<span class="state[^>]*>([^<]+)<', re.DOTALL)
STEPS = (
    Step(phase=Phase.DNS, ok=True, ms=3, detail="mail.example.org"),
    Step(phase=Phase.TCP, ok=False, ms=21, detail="refused"),
)


@pytest.fixture
def broken(office: Office) -> int:
    """Anna's mailbox, which waits for her."""
    anna = states.somebody(office, "Anna Keller")
    succeeded = office.clock.now() - timedelta(days=1)
    return states.put(
        office,
        anna,
        State.NEEDS_ACTION,
        states.finding(),
        steps=STEPS,
        last_success_at=succeeded,
    )


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


def test_the_admin_reads_what_broke_why_who_and_how(broken: int, grace: Visitor):
    page = grace.get(f"/mailboxes/{broken}").text

    assert "Needs Anna" in page
    assert "The server does not accept the password." in page
    assert '<a href="https://example.org/help"' in page
    assert "<li>Make an app password.</li>" in page
    assert "NO [AUTHENTICATIONFAILED] &lt;b&gt;no&lt;/b&gt;" in page
    assert "auth.bad_credentials" in page
    assert "last success <time" in page and ">yesterday" in page
    assert "Ask Anna to fix it" in page
    assert "The server counts every refused try" in page


def test_the_ladder_shows_every_rung(broken: int, grace: Visitor):
    page = grace.get(f"/mailboxes/{broken}").text

    assert "refused · 21 ms" in page
    assert page.count("not reached") == 4


def test_the_owner_is_told_that_it_is_theirs_and_whom_to_ask(office: Office, broken: int, at_desk):
    office.admin()
    change_settings(office.deps, {"help_contact": "Grace, room 12"}, actor="grace@example.org")

    page = at_desk("anna@example.org").get(f"/mailboxes/{broken}").text

    assert "Needs you" in page
    assert "Grace, room 12" in page
    assert 'href="/mailbox">Mend it here</a>' in page
    assert "Ask Anna" not in page


def test_a_summary_speaks_to_its_owner_as_such(office: Office, grace: Visitor, at_desk):
    anna = states.somebody(office, "Anna Keller")
    said = states.finding(summary="Anna’s mailbox waits for Anna.")
    mailbox = states.put(office, anna, State.NEEDS_ACTION, said)

    theirs = at_desk("anna@example.org").get(f"/mailboxes/{mailbox}").text

    assert "<h2>Your mailbox waits for Anna.</h2>" in theirs
    assert "<h2>Anna’s mailbox waits for Anna.</h2>" in grace.get(f"/mailboxes/{mailbox}").text


def test_a_stranger_is_not_even_told_that_it_exists(office: Office, broken: int, at_desk):
    office.admin()
    states.somebody(office, "Ben")

    assert at_desk("ben@example.org").get(f"/mailboxes/{broken}").status_code == 404


def test_a_mailbox_that_is_not_connected_says_what_to_do(office: Office, grace: Visitor):
    anna = states.somebody(office, "Anna")

    page = grace.get(f"/mailboxes/{anna.mailbox_id}").text

    assert "This mailbox is not connected yet." in page
    assert f'href="/mailboxes/{anna.mailbox_id}/config">Connect it</a>' in page
    assert "Sync now" not in page


def test_a_mailbox_that_waits_for_its_first_sync_says_so(office: Office, grace: Visitor):
    where = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
    box = office.mailbox_at(where)

    page = grace.get(f"/mailboxes/{box.id}").text

    assert "Waiting for its first sync" in page and "not connected yet" not in page.lower()
    assert ">Sync now</button>" in page and "It was not synced yet." in page
    assert "Waiting for its first sync" in grace.get("/").text


def test_folders_and_its_own_log_are_there(office: Office, broken: int, grace: Visitor):
    states.put_mail(office, broken, 3)
    states.log(office, Code.SYNC_FINISHED, "2 of Anna", mailbox_id=broken)
    states.log(office, Code.SYNC_FINISHED, "5 of somebody else", mailbox_id=broken + 1)

    page = grace.get(f"/mailboxes/{broken}").text

    assert "<b>INBOX</b>" in page
    assert "2 of Anna" in page
    assert "5 of somebody else" not in page


def test_folders_for_special_mail_are_named_and_kept_ones_are_still_shown(office, broken, grace):
    states.put_mail(office, broken, 1)
    with office.deps.store.write() as db:
        put_special_uses(db, broken, {SpecialUse.SENT: "Gesendet"})
        old = db.get_one(FolderRow, folder_id(db, broken, "Projects"))
        old.uid_validity, old.last_success_at = 7, office.clock.now()
        folder_id(db, broken, "Asked for once")

    page = grace.get(f"/mailboxes/{broken}").text

    rows = {row[0]: row[1] for row in FOLDER.findall(page)}
    assert '<b>Gesendet</b> <span class="who">sent mail</span>' in page
    assert rows == {
        "INBOX": "Not complete yet",
        "Gesendet": "Not synced",
        "Projects": "No longer synced",
    }


def test_the_message_for_anna_says_what_to_do(broken: int, grace: Visitor):
    page = grace.get(f"/mailboxes/{broken}/ask").text

    assert "Hello Anna," in page
    assert "1. Make an app password." in page
    assert "(https://example.org/help)" in page
    assert f"http://localhost:8000/mailboxes/{broken}" in page
    assert 'href="mailto:anna%40example.org?subject=' in page


def test_the_message_for_the_mail_host_has_no_link_to_our_pages(office: Office, grace: Visitor):
    anna = states.somebody(office, "Anna")
    wrong = states.finding(fix_by=Fixer.MAIL_HOST)
    mailbox_id = states.put(office, anna, State.NEEDS_ACTION, wrong)

    page = grace.get(f"/mailboxes/{mailbox_id}/ask").text

    assert "Hello,\n" in page
    assert "http://localhost:8000/mailboxes" not in page
    assert 'href="mailto:?subject=' in page


def test_when_nothing_is_wrong_there_is_nothing_to_ask(office: Office, grace: Visitor):
    mailbox_id = states.put(office, states.somebody(office, "Anna"), State.OK)

    answer = grace.get(f"/mailboxes/{mailbox_id}/ask")

    assert answer.location == f"/mailboxes/{mailbox_id}"
