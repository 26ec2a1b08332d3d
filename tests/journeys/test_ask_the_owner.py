"""A password is changed on the server: the admin hands over a link in which the owner mends it."""

import re

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.domain.clock import SystemClock
from tests.support import mails
from tests.support.accessible import assert_accessible
from tests.support.asked import ADMIN, NEW_PASSWORD
from tests.support.dovecot import Dovecot
from tests.support.office import Box

LINK = re.compile(r"http://\S+/repair/\S+")


@pytest.fixture
def ann(open_office, dovecot: Dovecot) -> Box:
    """Her mailbox worked, until its password was changed on the server; Bob's works still."""
    office = open_office(clock=SystemClock())
    office.admin(ADMIN)
    ann, bob = (office.mailbox(server=dovecot) for _ in range(2))
    dovecot.deliver_many(ann.account, mails.generate(3))
    office.sync(ann)
    office.sync(bob)
    dovecot.change_password(ann.account, NEW_PASSWORD)
    assert office.sync(ann).finding is not None
    return ann


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_board_to_the_link_and_back_to_fine(
    ann: Box, dovecot: Dovecot, serve, open_page, scripts: bool
):
    office = serve()
    admin = open_page(office, ADMIN)
    admin.goto("/")

    link = ask_for_a_link(admin, ann)
    owner = open_page(office, java_script_enabled=scripts)
    what_is_wrong_is_explained(owner, link, ann)
    a_wrong_password_is_explained(owner)
    if scripts:
        assert_accessible(owner)
    the_right_one_mends_it(owner)
    the_link_is_used_up(owner, link)

    admin.goto("/")
    expect(admin.get_by_role("heading", level=1)).to_have_text("All 2 mailboxes are fine.")
    the_log_tells_it(admin)


def ask_for_a_link(page: Page, ann: Box) -> str:
    name = ann.person.name
    page.get_by_role("link", name=f"Ask {name} to fix it").click()
    page.get_by_role("button", name=f"Make a link for {name}").click()
    chat = page.get_by_label("The message for a chat")
    expect(chat).to_have_value(re.compile(rf"^Hi {name}, your mailbox {ann.person.email}"))
    page.get_by_role("button", name="Copy for a chat").click()
    expect(page.get_by_role("button", name=re.compile("Copied|Press Ctrl"))).to_be_visible()
    assert_accessible(page)
    found = LINK.search(chat.input_value())
    assert found is not None
    return found[0]


def what_is_wrong_is_explained(page: Page, link: str, ann: Box) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        f"{ann.person.name}, your mailbox needs you"
    )
    wrong = page.get_by_role("region", name="What is wrong")
    expect(wrong).to_contain_text("does not accept the username or the password")
    expect(wrong.get_by_role("listitem").first).to_be_visible()


def a_wrong_password_is_explained(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill("not the one")
    page.get_by_role("button", name="Test and save").click()
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(
        re.compile("It was tried and not saved")
    )
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def the_right_one_mends_it(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Test and save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It works")
    expect(page.get_by_text("The mail is being fetched now")).to_be_visible()


def the_link_is_used_up(page: Page, link: str) -> None:
    def works_again() -> bool:
        page.goto(link)
        return page.get_by_role("heading", level=1).inner_text() == "It works again"

    for _ in range(400):
        if works_again():
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.content())


def the_log_tells_it(page: Page) -> None:
    page.get_by_role("link", name="Activity").click()
    expect(page.locator("#log tr", has_text="mailbox.recovered")).to_have_count(1)
    told = reversed(page.locator("#log td.code").all_text_contents())
    story = [code for code in told if code.startswith(("mailbox.link", "mailbox.recovered"))]
    assert story == ["mailbox.link_made", "mailbox.link_used", "mailbox.recovered"]
