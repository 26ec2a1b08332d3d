"""A password is changed on the server: the board says so, and who mends it finds the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.domain.clock import SystemClock
from mailboxadmin.services.office.settings import change_settings
from tests.support import mails
from tests.support.browser import ServedOffice
from tests.support.dovecot import Dovecot
from tests.support.office import Box

NEW_PASSWORD = "another horse battery"


@pytest.fixture
def ann(open_office, dovecot: Dovecot) -> Box:
    """Her mailbox worked, until its password was changed on the server; Bob's works still."""
    # Prepared while nothing is served, so that no scheduler comes in between.
    office = open_office(clock=SystemClock())
    office.admin()
    # Who waits for mail signs in, and would find it out before the page is opened.
    change_settings(office.deps, {"live_mailboxes": "0"}, actor="test")
    ann, bob = (office.mailbox(server=dovecot) for _ in range(2))
    dovecot.deliver_many(ann.account, mails.generate(3))
    assert office.sync(ann).counts.new == 3
    office.sync(bob)
    dovecot.change_password(ann.account, NEW_PASSWORD)
    return ann


def test_it_is_found_explained_and_mended(ann: Box, serve, open_page):
    office = serve()
    admin = open_page(office, "grace@example.org")
    admin.goto("/")
    expect(admin.get_by_role("heading", level=1)).to_have_text("All 2 mailboxes are fine.")

    office.make_due(ann.id)

    the_board_says_so_by_itself(admin, ann)
    the_message_is_ready_to_send(admin, ann, office)
    the_page_shows_how_far_it_got(admin)
    person = open_page(office, ann.person.email)
    the_owner_mends_it(person)
    the_log_tells_what_happened(person)
    admin.goto("/")
    expect(admin.get_by_role("heading", level=1)).to_have_text("All 2 mailboxes are fine.")


def the_board_says_so_by_itself(page: Page, ann: Box) -> None:
    name = ann.person.name
    heading = page.get_by_role("heading", level=1)
    sentence = f"{name} must enter the right password. 1 of 2 mailboxes is fine."
    expect(heading).to_contain_text(sentence)
    card = page.get_by_role("article")
    expect(card).to_have_count(1)
    expect(card.locator(".who")).to_have_text(name)
    expect(card.get_by_role("heading")).to_contain_text("does not accept the username or the pass")
    expect(page.get_by_role("row").nth(1)).to_contain_text(f"Needs {name}")
    page.get_by_role("link", name=f"Ask {name} to fix it").click()


def the_message_is_ready_to_send(page: Page, ann: Box, office: ServedOffice) -> None:
    letter = page.get_by_label("The message")
    expect(letter).to_have_value(re.compile(rf"^Hello {ann.person.name},.*1\. ", re.DOTALL))
    expect(letter).to_have_value(re.compile(re.escape(f"{office.address}/mailboxes/{ann.id}")))
    mailto = page.get_by_role("link", name="Open in the mail program")
    expect(mailto).to_have_attribute("href", re.compile(f"^mailto:{ann.person.name}", re.I))
    page.get_by_role("button", name="Copy the message").click()
    expect(page.get_by_role("button", name=re.compile("Copied|Press Ctrl"))).to_be_visible()
    page.get_by_role("link", name=ann.person.name, exact=True).click()


def the_page_shows_how_far_it_got(page: Page) -> None:
    red = page.locator(".ladder .bad")
    expect(red).to_have_count(1)
    expect(red).to_contain_text("Sign-in")
    wrong = page.get_by_role("article", name="What is wrong")
    expect(wrong).to_contain_text("auth.bad_credentials")
    expect(wrong).to_contain_text("the server said")
    expect(wrong.get_by_role("listitem").first).to_be_visible()


def the_owner_mends_it(page: Page) -> None:
    expect(page.get_by_role("article", name="What is wrong")).to_contain_text("Needs you")
    page.get_by_role("link", name="Mend it here").click()
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_text("Saved. The mail is being fetched.")).to_be_visible()


def the_log_tells_what_happened(page: Page) -> None:
    page.get_by_role("link", name="Activity").click()
    synced = page.locator("#log tr", has_text="sync.finished")
    expect(synced).to_have_count(2)
    newest_first = page.locator("#log td.code").all_text_contents()
    story = (
        "staff.added mailbox.configured folder.mapped sync.finished sync.failed login.succeeded "
        "check.finished mailbox.configured mailbox.recovered sync.finished"
    )
    assert list(reversed(newest_first)) == story.split()
