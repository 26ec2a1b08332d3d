"""The settings page: every key, faults beside their fields, the question before passwords move."""

import re

import pytest

from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.office.settings import read_settings
from tests.support.configuring import ADMIN, bound_to, save
from tests.support.log import logged
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    """The admin at her desk."""
    office.admin(ADMIN)
    return at_desk(ADMIN)


def text_of(office: Office, key: str) -> str:
    return next(view.text for view in read_settings(office.deps) if view.setting.key == key)


def fault_beside(page: str, key: str) -> str:
    found = re.search(rf'id="{key}-fault">([^<]*)<', page)
    return found[1] if found else ""


def options(page: str, key: str) -> list[tuple[str, str]]:
    """The choices of a field: value and words."""
    select = page.partition(f' id="{key}"')[2].partition("</select>")[0]
    return re.findall(r'<option[^>]* value="([^"]*)">([^<]*)<', select)


def test_every_setting_is_there_with_its_help(grace: Visitor):
    page = grace.get("/settings").text

    for key, setting in SETTINGS.items():
        if not setting.group.apart:
            assert f'name="{key}"' in page
            assert setting.label in page


def test_the_oauth_apps_are_neither_shown_nor_taken_here(office: Office, grace: Visitor):
    page = grace.get("/settings").text
    grace.post("/settings", outlook_client_secret="smuggled", parallel_syncs="9")

    assert "client_secret" not in page
    assert text_of(office, "outlook_client_secret") == ""
    assert text_of(office, "parallel_syncs") == "9"


def test_saving_says_what_changed(office: Office, grace: Visitor):
    grace.post("/settings", check_every_minutes="10", help_contact="Grace, room 4")

    page = grace.get("/settings").text
    assert "Check every: 5 → 10 minutes" in page
    assert "Whom to ask here: not set → Grace, room 4" in page
    assert text_of(office, "check_every_minutes") == "10"


def test_saving_nothing_says_so(office: Office, grace: Visitor):
    grace.post("/settings", check_every_minutes="", imap_encryption="")

    assert "Nothing was changed." in grace.get("/settings").text
    assert logged(office, "settings.changed") == []


def test_what_is_out_of_range_is_refused_beside_its_field_and_stays_as_typed(office, grace):
    answer = grace.post("/settings", check_every_minutes="2", imap_port="99999", parallel_syncs="9")

    assert answer.status_code == 400
    assert fault_beside(answer.text, "imap_port") == "Enter a whole number from 1 to 65535."
    assert fault_beside(answer.text, "check_every_minutes").startswith(
        "Enter a whole number from 3"
    )
    assert fault_beside(answer.text, "parallel_syncs") == ""
    assert 'value="99999"' in answer.text and 'value="9"' in answer.text
    assert text_of(office, "parallel_syncs") == ""


def test_yes_and_no_are_chosen_by_name(office: Office, grace: Visitor):
    before = grace.get("/settings").text
    grace.post("/settings", sync_read_status="yes")

    after = grace.get("/settings").text
    assert options(before, "sync_read_status") == [("", "No (default)"), ("yes", "Yes")]
    assert "Sync read status both ways: no → yes" in after
    assert text_of(office, "sync_read_status") == "yes"
    assert re.search(r'<option selected value="yes">Yes<', after)


def test_an_unknown_encryption_is_refused(grace: Visitor):
    answer = grace.post("/settings", imap_encryption="rot13")

    assert "Choose one of" in fault_beside(answer.text, "imap_encryption")


def test_the_port_shown_follows_the_encryption(grace: Visitor):
    grace.post("/settings", imap_encryption="starttls")

    assert re.search(r'id="imap_port"[^>]*placeholder="143"', grace.get("/settings").text)


def test_passwords_go_to_a_new_server_only_when_that_is_confirmed(office: Office, grace: Visitor):
    anna = office.person("anna@example.org")
    grace.post("/settings", imap_host="mail.example.org")
    save(office, anna, password="secret", set_by="operator", test=False)

    asked = grace.post("/settings", imap_host="new.example.org")

    assert asked.status_code == 409
    assert "Send the password of 1 mailbox to the new server" in asked.text
    assert text_of(office, "imap_host") == "mail.example.org"
    where = re.search(r'name="send_to"[^>]*value="([^"]+)"', asked.text)
    assert where is not None

    grace.post("/settings", imap_host="new.example.org", send_passwords="y", send_to=where[1])
    assert text_of(office, "imap_host") == "new.example.org"
    assert bound_to(office, anna) == "new.example.org:993/ssl"


def test_a_confirmation_holds_for_the_server_that_was_shown(office: Office, grace: Visitor):
    anna = office.person("anna@example.org")
    grace.post("/settings", imap_host="mail.example.org")
    save(office, anna, password="secret", set_by="operator", test=False)

    answer = grace.post(
        "/settings",
        imap_host="evil.example.org",
        send_passwords="y",
        send_to="new.example.org port 993 (ssl)",
    )

    assert answer.status_code == 409
    assert bound_to(office, anna) == "mail.example.org:993/ssl"


def test_staff_do_not_reach_it(office: Office, at_desk, grace: Visitor):
    office.person("anna@example.org")

    assert at_desk("anna@example.org").get("/settings").status_code == 403
