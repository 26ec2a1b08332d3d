"""Mailbox Config as it is shown: what is in force and why, the provider's steps, never a secret."""

import re

import pytest

from mailboxadmin.domain.settings import PERSONAL_KEYS
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.special_uses import put_special_uses
from tests.support.configuring import ADMIN, save
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    """The admin at her desk."""
    office.admin(ADMIN)
    return at_desk(ADMIN)


def origin_of(page: str, key: str) -> str:
    """What stands under a field about the value in force."""
    found = re.search(rf'id="{key}-origin">(.*?)</span>', page)
    return re.sub("<[^>]+>", "", found[1]) if found else ""


def page_of(office: Office, at_desk, email: str) -> str:
    office.person(email)
    page: str = at_desk(email).get("/mailbox").text
    return page


def test_a_known_provider_gives_its_steps_and_its_server(office, grace, at_desk):
    page = page_of(office, at_desk, "anna@gmail.com")

    assert "Getting it from Google" in page
    assert 'href="https://myaccount.google.com/apppasswords"' in page
    assert "in force: <b>imap.gmail.com</b> · known provider" in page
    assert "in force: <b>INBOX</b> · built in" in page


def test_outlook_says_that_only_oauth_works_and_shows_no_password_form(office, grace, at_desk):
    page = page_of(office, at_desk, "anna@outlook.com")

    assert "Outlook needs OAuth" in page
    assert "Your admin has to set up the Outlook app first" in page
    assert 'name="password"' not in page


def test_without_any_server_the_form_asks_for_one(office: Office, grace: Visitor, at_desk):
    page = page_of(office, at_desk, "anna@example.org")

    assert "Connect your mailbox" in page
    assert '<details class="card" open>' in page


def test_a_stored_password_never_goes_back_to_the_browser(office: Office, grace, at_desk):
    anna = office.person("anna@example.org")
    secret = "a very secret word"
    save(office, anna, password=secret, imap_host="mail.example.org", set_by="operator", test=False)

    for page in (
        at_desk(anna.email).get("/mailbox").text,
        grace.get(f"/mailboxes/{anna.mailbox_id}/config").text,
    ):
        assert secret not in page
        assert "Leave it empty to keep the one that is stored." in page


def test_a_password_for_another_server_is_asked_for_again(office: Office, grace, at_desk):
    anna = office.person("anna@example.org")
    save(office, anna, password="x", imap_host="mail.example.org", set_by="operator", test=False)
    save(office, anna, imap_host="new.example.org", set_by="operator", test=False)

    assert "until it is entered again" in at_desk(anna.email).get("/mailbox").text


def test_every_personal_setting_says_what_is_in_force_and_why(office, grace, at_desk):
    change_settings(office.deps, {"fetch_only_unread": "yes", "sync_since_days": "90"}, actor=ADMIN)
    page = page_of(office, at_desk, "anna@example.org")

    assert all(f'name="{key}"' in page for key in PERSONAL_KEYS)
    assert origin_of(page, "fetch_only_unread") == "in force: yes · office default"
    assert origin_of(page, "sync_since_days") == "in force: 90 · office default"
    assert origin_of(page, "sync_read_status") == "in force: no · built in"
    assert "Yes (inherited)" in page and "No (inherited)" in page


def test_a_no_of_ones_own_stays_when_the_office_says_yes(office, grace, at_desk):
    anna = office.person("anna@example.org")
    change_settings(office.deps, {"sync_read_status": "yes"}, actor=ADMIN)
    path = f"/mailboxes/{anna.mailbox_id}/config"

    grace.post(path, do="save", sync_read_status="no")

    page = grace.get(path).text
    assert origin_of(page, "sync_read_status") == "in force: no · own"
    assert re.search(r'<option selected value="no">No<', page)


def test_the_folders_found_for_special_mail_are_shown(office: Office, grace: Visitor):
    anna = office.person("anna@example.org")
    with office.deps.store.write() as db:
        put_special_uses(db, anna.mailbox_id, {SpecialUse.SENT: "Gesendet"})
    save(office, anna, trash_folder="Gesendet", set_by="operator", test=False)

    page = grace.get(f"/mailboxes/{anna.mailbox_id}/config").text

    assert origin_of(page, "sent_folder") == "in force: Gesendet · found by itself"
    assert origin_of(page, "spam_folder") == ""
    assert re.search(r'id="spam_folder"[^>]* placeholder="found by itself"', page)
    assert origin_of(page, "trash_folder") == "in force: Gesendet · own"
    assert "“Gesendet” is the folder for sent mail already." in page


def test_a_number_out_of_its_limits_is_refused_beside_its_field(office, grace, at_desk):
    office.person("anna@example.org")

    answer = at_desk("anna@example.org").post("/mailbox", do="save", sync_since_days="36501")

    assert answer.status_code == 400
    assert 'id="sync_since_days-fault">Enter a whole number from 0 to 36500.' in answer.text


def test_an_admin_without_a_mailbox_can_make_one(grace: Visitor):
    assert "You have no mailbox here yet" in grace.get("/mailbox").text

    grace.post("/mailbox/new", form_at="/mailbox")

    assert "Connect your mailbox" in grace.get("/mailbox").text


def test_the_admin_configures_on_behalf(office: Office, grace: Visitor):
    anna = office.person("anna@example.org")

    page = grace.get(f"/mailboxes/{anna.mailbox_id}/config").text

    assert "Connect Anna’s mailbox" in page and "on behalf of Anna" in page


def test_a_stranger_to_the_mailbox_does_not_find_it(office: Office, grace, at_desk):
    anna, _ = office.person("anna@example.org"), office.person("bob@example.org")

    answer = at_desk("bob@example.org").get(f"/mailboxes/{anna.mailbox_id}/config")

    assert answer.status_code == 404
