"""A test of a silent server: one sees for how long it has been trying, and stops it."""

import re

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.demo.deeds import Stall
from tests.support.accessible import assert_accessible
from tests.support.browser import ServedOffice
from tests.support.mailstore import Account
from tests.support.scripted import ScriptedImap

PASSWORD = "not to be typed twice"


@pytest.fixture
def office(serve) -> ServedOffice:
    served: ServedOffice = serve()
    served.admin()
    return served


@pytest.fixture
def silent(scripted_imap):
    """A server that says nothing after the connection."""
    return scripted_imap([], greeting=Stall(), may_stop_early=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_stopped_and_what_was_typed_stays(office, silent, open_page, scripts):
    account = Account("ann@example.org", "a password")
    mailbox_id = office.person(account.name).mailbox_id
    page: Page = open_page(office, "grace@example.org", java_script_enabled=scripts)
    page.goto(f"/mailboxes/{mailbox_id}/config")
    fill_in(page, silent)

    page.get_by_role("button", name="Test connection").click()
    if not scripts:
        page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text(re.compile(r"Trying for \d+ s; half a minute at most"))).to_be_visible()
    if scripts:
        stop = page.get_by_role("button", name="Stop the test")
        stop.focus()
        # The part is refreshed twice a second; the keyboard stays where it is.
        expect(page.get_by_text(re.compile(r"Trying for [2-9] s"))).to_be_visible()
        expect(stop).to_be_focused()
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Stop the test").click()

    expect(page.get_by_text("The test was stopped. Nothing was saved")).to_be_visible()
    expect(page.get_by_role("button", name="Stop the test")).to_have_count(0)
    expect(page.get_by_label("IMAP server")).to_have_value(silent.host)
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD if scripts else "")
    if scripts:
        assert_accessible(page)


def fill_in(page: Page, silent: ScriptedImap) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("IMAP server").fill(silent.host)
    page.get_by_label("Port").fill(str(silent.port))
    page.get_by_label("Encryption").select_option("none")
