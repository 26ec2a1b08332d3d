"""The board stays open on a screen: it tells by itself, and disturbs nobody who uses it."""

import re

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.domain.mailbox import Encryption, Server
from tests.support.accessible import assert_accessible
from tests.support.browser import ServedOffice
from tests.support.mailstore import Account
from tests.support.office import Box
from tests.support.outcomes import REFUSED, fails, succeeds, token_refused

SECRET_EXPIRED = token_refused("invalid_client", "AADSTS7000222: The secret keys are expired.")
SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)
#: A little more than what it takes the board to look again.
A_LOOK_MS = 11_000


@pytest.fixture
def office(serve) -> ServedOffice:
    served: ServedOffice = serve(scheduler=False)
    served.admin()
    return served


@pytest.fixture
def boxes(office: ServedOffice) -> list[Box]:
    """Seven Outlook mailboxes that stopped together, and one that works."""
    accounts = [Account(f"person{number}@example.org", "a password") for number in range(8)]
    boxes = [office.mailbox_at(SOMEWHERE, account) for account in accounts]
    for box in boxes[:7]:
        fails(office, box.id, SECRET_EXPIRED)
    succeeds(office, boxes[7].id)
    return boxes


@pytest.fixture
def page(office: ServedOffice, boxes: list[Box], open_page) -> Page:
    """The board, on a clock that the test moves."""
    opened: Page = open_page(office, "grace@example.org")
    opened.clock.install()
    opened.goto("/")
    return opened


def test_it_tells_by_itself_also_in_a_tab_behind_others(
    office: ServedOffice, boxes: list[Box], page: Page
):
    heading = page.get_by_role("heading", level=1)
    expect(page).to_have_title(re.compile(r"^\(1\) Board"))
    expect(heading).to_contain_text("The Entra admin must renew the client secret")
    assert_accessible(page)

    fails(office, boxes[7].id, REFUSED)
    page.clock.run_for(A_LOOK_MS)

    expect(page).to_have_title(re.compile(r"^\(2\) Board"))
    expect(page.locator("#needing")).to_have_text("2 things need someone")
    expect(heading).to_contain_text("Two things need someone")
    expect(page.get_by_role("article")).to_have_count(2)


def test_what_somebody_reads_and_types_is_left_alone(
    office: ServedOffice, boxes: list[Box], page: Page
):
    page.get_by_text("Show the 5 steps").click()
    page.get_by_text("and 3 more").click()
    page.get_by_label("Find a person").press_sequentially("person7")
    expect(page.get_by_role("row")).to_have_count(8 + 1)
    page.clock.run_for(300)
    expect(page.get_by_role("row")).to_have_count(1 + 1)

    fails(office, boxes[7].id, REFUSED)
    page.clock.run_for(A_LOOK_MS)

    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_label("Find a person")).to_be_focused()
    expect(page.get_by_label("Find a person")).to_have_value("person7")
    expect(page.get_by_role("row")).to_have_count(1 + 1)
    expect(page.locator("details.how li").first).to_be_visible()
    expect(page.get_by_role("article").get_by_role("link", name="Person6")).to_be_visible()


def test_a_chosen_state_is_kept(office: ServedOffice, boxes: list[Box], page: Page):
    page.get_by_role("navigation", name="Mailboxes by state").get_by_text("Fine").press("Enter")
    expect(page.get_by_role("row")).to_have_count(1 + 1)

    succeeds(office, boxes[0].id)
    page.clock.run_for(A_LOOK_MS)

    expect(page.get_by_role("row")).to_have_count(1 + 2)
    expect(page.locator("[aria-current=true]")).to_have_text("Fine 2")


def test_without_scripts_it_is_searched_and_everybody_shown_again(
    office: ServedOffice, boxes: list[Box], open_page
):
    page = open_page(office, "grace@example.org", java_script_enabled=False)
    page.get_by_role("link", name="Needs someone 7").click()
    page.get_by_label("Find a person").fill("person3")
    page.get_by_label("Find a person").press("Enter")
    expect(page.get_by_role("row")).to_have_count(1 + 1)

    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_role("row")).to_have_count(1 + 7)
    page.get_by_text("Show the 5 steps").click()
    expect(page.locator("details.how li").first).to_be_visible()
    page.get_by_role("button", name="Try all again").click()
    expect(page.get_by_text("Trying 7 mailboxes now.")).to_be_visible()
