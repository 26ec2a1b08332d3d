"""The main story, from an empty office to mail that comes by itself, on a real Dovecot."""

import re

from playwright.sync_api import Page, expect

from mailboxadmin.services.staff.people import person_by_email
from mailboxadmin.services.staff.setup import new_setup_code
from tests.support import mails
from tests.support.accessible import assert_accessible
from tests.support.browser import ServedOffice
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

GRACE = "grace@example.org"
CHOSEN = "a password chosen once"


def test_from_the_first_page_to_mail_that_comes_by_itself(serve, open_page, dovecot: Dovecot):
    account = dovecot.user()
    dovecot.deliver_many(account, mails.generate(12))
    office = serve(ca_file=str(dovecot.ca_file))

    admin = open_page(office)
    become_the_admin(office, admin)
    set_the_office_server(admin, dovecot)
    link = add_a_person(admin, account)
    person = open_page(office)
    accept(person, link)
    a_wrong_password_is_explained(person)
    the_right_one_shows_what_will_come(person, account)
    save_and_watch(person)
    the_board_says_fine(admin, "12")
    new_mail_comes_by_itself(office, person, dovecot, account)
    sync_now(person, dovecot, account)
    the_log_tells_the_story(admin)
    sign_out(office, person, open_page)


def become_the_admin(office: ServedOffice, page: Page) -> None:
    page.goto("/")
    expect(page).to_have_url(f"{office.address}/setup")
    page.get_by_label("Set-up code").fill(new_setup_code(office.deps))
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Your address").fill(GRACE)
    page.get_by_label("Choose a password").fill(CHOSEN)
    page.get_by_role("button", name="Become the admin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("No mailboxes yet.")


def set_the_office_server(page: Page, server: Dovecot) -> None:
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("IMAP server").fill(server.host)
    page.get_by_label("Port").fill("99999")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_label("Port")).to_have_accessible_description(re.compile("1 to 65535"))
    assert_accessible(page)

    page.get_by_label("Port").fill(str(server.ssl_port))
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text(f"IMAP server: not set → {server.host}")).to_be_visible()


def add_a_person(page: Page, account: Account) -> str:
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_label("Address").fill(account.name)
    page.get_by_label("Name").fill("Anna Keller")
    page.get_by_role("button", name="Add and make a link").click()
    link = page.get_by_label("Anna Keller").input_value()
    assert_accessible(page)
    return link


def accept(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Anna")
    page.get_by_label("Choose a password").fill(CHOSEN)
    page.get_by_role("button", name="Save and sign in").click()
    page.get_by_role("link", name="Connect it").click()
    # A form that is sent before the scripts are there is answered with a whole page.
    page.wait_for_url("**/mailbox", wait_until="load")


def a_wrong_password_is_explained(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill("not the one")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("It does not work.")).to_be_visible()
    expect(rung(page, "Sign-in")).to_have_class("bad")
    expect(rung(page, "Folders")).to_contain_text("not reached")
    expect(page.get_by_role("alert")).to_contain_text("auth.bad_credentials")
    # Only the result was replaced: what was typed is still there.
    expect(page.get_by_label("Password", exact=True)).to_have_value("not the one")
    assert_accessible(page)


def the_right_one_shows_what_will_come(page: Page, account: Account) -> None:
    page.get_by_label("Password", exact=True).fill(account.password)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("It works. The first sync brings 12 messages")).to_be_visible()
    climbed = page.locator(".ladder li")
    expect(climbed).to_have_count(6)
    for name in ("Name", "Connection", "Encryption", "Greeting", "Sign-in", "Folders"):
        expect(rung(page, name)).to_contain_text("✓")
    assert_accessible(page)


def save_and_watch(page: Page) -> None:
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_text("Saved. The mail is being fetched.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Show the sync|Look at the sync")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The mailbox is up to date.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("12 new messages.")


def the_board_says_fine(page: Page, messages: str) -> None:
    page.get_by_role("link", name="Board").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The mailbox is fine.")
    row = page.get_by_role("row", name="Anna Keller")
    expect(row).to_contain_text("Fine")
    expect(row.locator(".num")).to_have_text(messages)


def new_mail_comes_by_itself(
    office: ServedOffice, page: Page, server: Dovecot, account: Account
) -> None:
    page.get_by_role("link", name="Activity").click()
    before = page.locator("#log tbody tr").count()
    server.deliver(account, mails.message(100))
    office.make_due(person_by_email(office.deps, account.name).mailbox_id or 0)

    expect(page.locator("#log tbody tr")).to_have_count(before + 1)
    expect(page.locator("#log tbody tr").first).to_contain_text("1 new")


def sync_now(page: Page, server: Dovecot, account: Account) -> None:
    server.deliver_many(account, [mails.message(101), mails.message(102)])
    page.get_by_role("link", name="My mailbox").click()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 new messages.")
    page.get_by_role("link", name="Show the mailbox").click()
    expect(page.get_by_text("15 messages · last success")).to_be_visible()


def the_log_tells_the_story(page: Page) -> None:
    page.get_by_role("link", name="Activity").click()
    newest_first = page.locator("#log td.code").all_text_contents()
    story = (
        # The office and its people; two tests and the one before saving; three syncs, of
        # which the first finds the folders for special mail.
        "scheduler.started staff.added staff.joined settings.changed staff.added staff.invited "
        "staff.joined check.finished check.finished check.finished mailbox.configured "
        "folder.mapped sync.finished sync.finished sync.finished"
    )
    assert list(reversed(newest_first)) == story.split()


def sign_out(office: ServedOffice, page: Page, open_page) -> None:
    old = page.context.storage_state()
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()

    thief = open_page(office, storage_state=old)
    thief.goto("/")
    expect(thief.get_by_role("heading", level=1)).to_have_text("Sign in")


def rung(page: Page, name: str):
    return page.locator(".ladder li").filter(has=page.get_by_text(name, exact=True))
