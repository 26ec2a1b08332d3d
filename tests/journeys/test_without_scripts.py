"""The same actions in a browser that runs no scripts: every one is a plain form."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.support import mails
from tests.support.browser import ServedOffice
from tests.support.configuring import use_server
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.slow_line import SlowLine

#: Less than the messages of the first sync, more than what comes before them.
A_PART_BYTES = 100_000


@pytest.fixture
def line(dovecot: Dovecot):
    """The line between the office and its mail server."""
    with SlowLine(dovecot.port) as slow_line:
        yield slow_line


@pytest.fixture
def office(serve, line: SlowLine) -> ServedOffice:
    served: ServedOffice = serve()
    served.admin()
    use_server(served, line)
    return served


@pytest.fixture
def ann(office: ServedOffice, dovecot: Dovecot) -> Account:
    """Somebody with mail, whose mailbox is not connected yet."""
    account = dovecot.user()
    dovecot.deliver_many(account, mails.generate(40))
    office.person(account.name)
    return account


@pytest.fixture
def page(office: ServedOffice, ann: Account, open_page) -> Page:
    """Her browser."""
    opened: Page = open_page(office, ann.name, java_script_enabled=False, accept_downloads=True)
    return opened


def test_every_main_action_works(page: Page, ann: Account, line: SlowLine):
    try_the_connection(page, ann)
    save(page, ann, line)
    stop_the_sync(page)
    sync_now_and_look_again(page, line)
    pause_and_resume(page)
    filter_the_log(page)
    download_the_log(page)


def try_the_connection(page: Page, ann: Account) -> None:
    page.get_by_role("link", name="Connect it").click()
    # A button that only a script could serve is not there.
    expect(page.get_by_role("button", name="Show", exact=True)).to_have_count(0)
    for password, verdict in (("wrong", "It does not work."), (ann.password, "It works.")):
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Test connection").click()
        look_again(page)
        expect(page.get_by_text(verdict)).to_be_visible()
        expect(page.get_by_label("Password", exact=True)).to_have_value("")
    expect(page.get_by_text("It works. The first sync brings 40 messages")).to_be_visible()


def look_again(page: Page) -> None:
    """Until the test has ended: a server waits before it refuses a password."""
    while (again := page.get_by_role("button", name="Look again")).count():
        expect(page.get_by_role("button", name="Stop the test")).to_be_visible()
        again.click()


def save(page: Page, ann: Account, line: SlowLine) -> None:
    page.get_by_label("Password", exact=True).fill(ann.password)
    line.hold_after(A_PART_BYTES)
    page.get_by_role("button", name="Save and sync").click()
    expect(page.get_by_text("Saved. The mail is being fetched.")).to_be_visible()


def stop_the_sync(page: Page) -> None:
    page.get_by_role("link", name="Show the sync").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Syncing")
    # The page looks again by itself, as its head says, until INBOX is being read.
    expect(page.get_by_text("of 40 messages")).to_be_visible()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The sync was stopped.")


def sync_now_and_look_again(page: Page, line: SlowLine) -> None:
    page.get_by_role("button", name="Sync again").click()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Syncing")
    line.let_go()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The mailbox is up to date.")
    page.get_by_role("link", name="Show the mailbox").click()
    expect(page.get_by_text("40 messages · last success")).to_be_visible()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("There was nothing new.")


def pause_and_resume(page: Page) -> None:
    page.get_by_role("link", name="Show the mailbox").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused. It is not checked until someone resumes it.")).to_be_visible()
    expect(page.locator(".state").first).to_have_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed. It is checked within a minute.")).to_be_visible()
    expect(page.locator(".state").first).to_have_text("Fine")


def filter_the_log(page: Page) -> None:
    page.get_by_role("link", name="Activity").click()
    page.get_by_label("Kind of event").select_option("mailbox.paused")
    page.get_by_label("Period").select_option("Last 24 hours")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("code=mailbox.paused"))
    expect(page.locator("#log tbody tr")).to_have_count(1)
    expect(page.get_by_label("Kind of event")).to_have_value("mailbox.paused")


def download_the_log(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    with download.value.path().open(newline="") as file:
        [entry] = csv.DictReader(file)
    assert entry["code"] == "mailbox.paused"
