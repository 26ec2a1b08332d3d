"""One's own mail put away in a browser: archived, taken back, flagged, deleted by key."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessible import assert_accessible
from tests.support.browser import ServedOffice
from tests.support.dovecot import Dovecot
from tests.support.office import Box
from tests.support.waiting import wait_for

WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def box(three_letters: Callable[..., tuple[ServedOffice, Box]]) -> tuple[ServedOffice, Box]:
    """A mailbox whose mail may be moved and flagged."""
    return three_letters(allow_changes="yes", folders=("INBOX", "Archive", "Trash", "Junk"))


def line(page: Page, subject: str):
    return page.locator(".mail").filter(has_text=subject)


def held(dovecot: Dovecot, box: Box, folder: str, messages: int) -> None:
    """Wait until the server has so many messages there."""
    wait_for(lambda: len(dovecot.flags(box.account, folder)) == messages)


def test_what_is_archived_is_archived_there_and_comes_back(box, open_page, dovecot: Dovecot):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=PHONE, has_touch=True)
    page.goto("/mail")

    line(page, "no 1").get_by_role("checkbox").check()
    page.get_by_role("button", name="Archive").tap()
    expect(page.get_by_text("1 message moved to Archive.")).to_be_visible()
    expect(line(page, "no 1")).to_have_count(0)
    page.get_by_text("More").tap()
    expect(page.get_by_label("Move to")).to_be_visible()
    assert_accessible(page)
    held(dovecot, mailbox, "Archive", 1)
    office.let_runs_end()

    page.get_by_role("button", name="Undo").tap()
    expect(line(page, "no 1")).to_have_count(1)
    held(dovecot, mailbox, "Archive", 0)
    held(dovecot, mailbox, "INBOX", 3)


def test_one_message_is_flagged_and_moved_where_it_is_read(box, open_page, dovecot: Dovecot):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")
    line(page, "no 2").locator(".mail-open").click()

    page.locator(".letter-acts").get_by_role("button", name="Flag", exact=True).click()
    expect(line(page, "no 2").get_by_text("★ flagged")).to_be_visible()
    wait_for(lambda: "\\Flagged" in dovecot.flags(mailbox.account)[3])
    line(page, "no 2").locator(".mail-open").click()
    acts = page.locator(".letter-acts")
    expect(acts.get_by_role("button", name="Unflag")).to_be_visible()
    assert_accessible(page)
    acts.get_by_text("Move to…").click()
    acts.get_by_label("Folder to move to").select_option("Trash")
    acts.get_by_role("button", name="Move", exact=True).click()

    expect(page.get_by_text("1 message moved to Trash.")).to_be_visible()
    held(dovecot, mailbox, "Trash", 1)


def rows_of(acts: Locator) -> int:
    """In how many rows the buttons stand that are to be seen."""
    shown = [each for each in acts.locator(".btn").all() if each.is_visible()]
    return len({round(each.bounding_box()["y"]) for each in shown})


def test_on_a_phone_the_buttons_are_one_row_and_the_others_need_no_script(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=PHONE, java_script_enabled=False)
    page.goto("/mail")
    acts = page.get_by_role("group", name="With the selected messages")
    before = rows_of(acts)

    line(page, "no 0").get_by_role("checkbox").check()
    acts.get_by_text("More").focus()
    page.keyboard.press("Enter")
    acts.get_by_role("button", name="Flag", exact=True).focus()
    page.keyboard.press("Enter")

    expect(line(page, "no 0").get_by_text("★ flagged")).to_be_visible()
    assert before == 1


def go_to_a_line(page: Page) -> None:
    """Keys are heard once all of the page is there."""
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.locator(".mail-open:focus")).to_have_count(1)


#: Keys, and what the page says after each.
SAID = (
    ("s", "1 message flagged."),
    ("s", "no longer flagged."),
    ("#", "1 message moved to Trash."),
    ("!", "1 message moved to Junk."),
)


def test_the_keys_put_mail_away(box, open_page, dovecot: Dovecot):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("archive it")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    go_to_a_line(page)
    for key, said in SAID:
        page.keyboard.press(key)
        expect(page.locator(".mail-undo")).to_contain_text(said)
        # One goes on where one was.
        expect(page.locator(".mail-open:focus")).to_have_count(1)
    for key in ("v", "m"):
        go_to_a_line(page)
        page.keyboard.press(key)
        expect(page.locator("#list-to")).to_be_focused()
        page.goto("/mail")
    go_to_a_line(page)
    page.keyboard.press("e")

    expect(page.get_by_text("1 message moved to Archive.")).to_be_visible()
    held(dovecot, mailbox, "Archive", 1)
    held(dovecot, mailbox, "Trash", 1)
    held(dovecot, mailbox, "Junk", 1)
