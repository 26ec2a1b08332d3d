"""One's own mail in a browser: read here, read elsewhere, taken back; with keys, and on a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from mailboxadmin.domain.run import Outcome
from mailboxadmin.services.reading.index_mail import index_mail
from tests.support.accessible import assert_accessible
from tests.support.browser import ServedOffice
from tests.support.dovecot import Dovecot
from tests.support.horrors import HORRORS
from tests.support.inbox import fill, letter, reader
from tests.support.inbox import page as html_letter
from tests.support.odd_mails import odd
from tests.support.office import Box

SEEN = "\\Seen"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
#: Too large for a page, and for a test that everybody runs.
LARGE = re.compile("megabytes|gigabyte|million")
#: All of it is opened in so many tests, which can run beside each other.
SHARES = 6
WIDE, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def box(three_letters: Callable[..., tuple[ServedOffice, Box]]) -> tuple[ServedOffice, Box]:
    """A mailbox whose read status goes both ways."""
    return three_letters(sync_read_status="yes")


def line(page: Page, subject: str):
    return page.locator(".mail").filter(has_text=subject)


def read_there(server: Dovecot, box: Box) -> list[int]:
    return sorted(uid for uid, flags in server.flags(box.account).items() if SEEN in flags)


def test_what_is_read_here_is_read_there_and_the_other_way(box, open_page, dovecot: Dovecot):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")

    line(page, "no 1").locator(".mail-open").click()
    expect(page.locator("#letter h1")).to_have_text("no 1")
    expect(line(page, "no 1")).not_to_have_class(re.compile("mail-unread"))
    for _ in range(100):
        if read_there(dovecot, mailbox) == [2]:
            break
        page.wait_for_timeout(200)
    assert read_there(dovecot, mailbox) == [2]

    dovecot.add_flags(mailbox.account, "INBOX", [1], SEEN)
    # The run that sent the click may still hold the mailbox.
    while office.sync(mailbox).outcome is Outcome.SKIPPED:
        page.wait_for_timeout(200)
    # The list looks for news by itself.
    expect(line(page, "no 0")).not_to_have_class(re.compile("mail-unread"))
    expect(line(page, "no 2")).to_have_class(re.compile("mail-unread"))


def test_a_click_is_taken_back_and_the_server_never_hears_of_it(box, open_page, dovecot: Dovecot):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=PHONE)
    page.goto("/mail")

    page.get_by_role("button", name="Mark all read").click()
    expect(page.get_by_text("3 messages marked as read.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Taken back: 3 messages as before.")).to_be_visible()
    expect(page.locator(".mail-unread")).to_have_count(3)
    office.sync(mailbox)
    assert read_there(dovecot, mailbox) == []


def test_on_a_phone_one_reads_and_goes_back(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=PHONE, has_touch=True)
    page.goto("/mail")
    assert_accessible(page)

    line(page, "no 2").locator(".mail-open").tap()
    expect(page.get_by_role("heading", name="no 2")).to_be_visible()
    expect(page.locator("#mail-list")).to_be_hidden()
    assert_accessible(page)
    page.get_by_role("link", name="Back to the list").tap()

    expect(page.locator(".mail")).to_have_count(3)


def test_the_keys_do_what_the_list_of_keys_says(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#letter h1")).to_have_text("no 2")
    page.keyboard.press("u")
    expect(page.get_by_text("1 message marked as unread.")).to_be_visible()


#: What a quick hand does on a slow machine: the window of the keys is closed, the browser has not
#: drawn that yet, and the button in it still has the focus.
CLOSED_AND_NOT_DRAWN = """() => {
    const keys = document.querySelector("#keys");
    keys.showModal();
    const button = document.activeElement;
    keys.close();
    const key = new KeyboardEvent("keydown", { key: "j", bubbles: true, cancelable: true });
    return [keys.contains(button), button.dispatchEvent(key)];
}"""


def test_a_key_counts_as_soon_as_the_list_of_keys_is_closed(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")

    assert page.evaluate(CLOSED_AND_NOT_DRAWN) == [True, False]

    expect(line(page, "no 2").locator(".mail-open")).to_be_focused()


def test_new_mail_is_there_soon_after_the_sync_that_brought_it(box, open_page, dovecot: Dovecot):
    office, mailbox = box
    page = open_page(office, mailbox.person.email)
    page.goto("/mail")

    dovecot.deliver(mailbox.account, letter(subject="the newest", number="x"))
    office.sync(mailbox)

    expect(line(page, "the newest")).to_be_visible(timeout=15_000)


def test_the_message_clicked_last_is_shown_also_when_another_comes_late(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")
    held: list[Route] = []
    late = line(page, "no 0").locator(".mail-open")
    page.route(f"**{late.get_attribute('href')}", lambda route: held.append(route))

    late.click()
    line(page, "no 1").locator(".mail-open").click()
    expect(page.locator("#letter h1")).to_have_text("no 1")
    held[0].fallback()
    page.wait_for_load_state("networkidle")

    assert len(held) == 1
    expect(page.locator("#letter h1")).to_have_text("no 1")


def test_a_message_that_cannot_be_shown_beside_the_list_is_opened_as_a_page(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, viewport=WIDE)
    page.goto("/mail")
    page.evaluate("() => { window.fetch = async () => { throw new TypeError('no network') } }")

    line(page, "no 0").locator(".mail-open").click()

    expect(page.locator("#letter h1")).to_have_text("no 0")


WIDE_LAYOUT = """
<table width="100%"><tr><td align="center"><table width="640" style="min-width:600px"><tr>
<td nowrap width="320">The prices of oak have not changed since the last letter</td>
<td style="width:320px"><div style="width:320px">Spruce is cheaper</div></td></tr></table>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" alt="A forest" width="640">
</td></tr></table>"""


def test_a_letter_laid_out_for_a_desk_fits_a_phone(serve, open_page):
    office: ServedOffice = serve(scheduler=False)
    anna = reader(office)
    [message] = fill(office, anna, [html_letter(WIDE_LAYOUT)])
    page = open_page(office, anna.email, viewport=PHONE)

    page.goto(f"/mail/{message}")
    frame = page.locator("#letter iframe").content_frame.locator("html")

    expect(frame).to_contain_text("Spruce is cheaper")
    assert frame.evaluate("root => root.scrollWidth - root.clientWidth") == 0


#: Of the page in a frame: what it is written on, in which colour, and that of its links.
COLOURS = """root => [getComputedStyle(root).backgroundColor, getComputedStyle(root).color,
    getComputedStyle(root.querySelector("a")).color]"""


@pytest.mark.parametrize(
    ("html", "in_the_dark"),
    [
        (
            '<p>Hello <a href="https://a.example/">there</a></p>',
            ["rgb(37, 37, 37)", "rgb(227, 230, 234)", "rgb(142, 193, 255)"],
        ),
        (
            '<p style="color:#123456">Hello <a href="https://a.example/">there</a></p>',
            ["rgb(255, 255, 255)", "rgb(29, 33, 41)", "rgb(0, 0, 238)"],
        ),
    ],
    ids=["none of its own", "one of its own"],
)
def test_in_the_dark_a_message_without_colours_of_its_own_is_dark_too(
    serve, open_page, html: str, in_the_dark: list[str]
):
    office: ServedOffice = serve(scheduler=False)
    anna = reader(office)
    [message] = fill(office, anna, [html_letter(html)])
    page = open_page(office, anna.email, color_scheme="dark")

    page.goto(f"/mail/{message}")
    frame = page.locator("#letter iframe").content_frame.locator("html")

    expect(frame).to_contain_text("Hello")
    assert frame.evaluate(COLOURS) == in_the_dark


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_what_is_found_has_the_width_of_the_page(box, open_page, viewport: dict[str, int]):
    office, mailbox = box
    index_mail(office.deps)
    page = open_page(office, mailbox.person.email, viewport=viewport)
    page.goto("/mail")

    page.get_by_role("searchbox").fill("no")
    page.keyboard.press("Enter")
    expect(page.locator(".mail-hit")).to_have_count(3)
    card, found = page.locator(".mail-card"), page.locator(".mail-hit a").first

    across = "each => each.getBoundingClientRect().width"
    assert found.evaluate(across) > card.evaluate(across) - 24


def test_without_scripts_it_is_all_there(box, open_page):
    office, mailbox = box
    page = open_page(office, mailbox.person.email, java_script_enabled=False)
    page.goto("/mail")

    line(page, "no 0").get_by_role("checkbox").check()
    page.get_by_role("button", name="Mark read").click()
    expect(line(page, "no 0")).not_to_have_class(re.compile("mail-unread"))
    line(page, "no 1").locator(".mail-open").click()

    expect(page.get_by_role("heading", name="no 1")).to_be_visible()


def hostile() -> dict[str, bytes]:
    """Everything odd that there is: our own, what others collected, and what attacks."""
    found = {name: make() for name, make in HORRORS.items() if not LARGE.search(name)}
    found |= odd()
    if CORPUS.is_dir():
        found |= {path.name: path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))}
    # What would be seen, were any of it to act: a request, a dialog, an error.
    acts = (
        "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>"
        "<img src=https://track.example/1><link rel=stylesheet href=https://track.example/2>"
        "<style>@import 'https://track.example/3'; p{background:url(https://track.example/4)}</style>"
        "<p style=\"background:url('https://track.example/5')\">x</p>"
        "<iframe src=https://track.example/6></iframe><base href=https://track.example/>"
        "<meta http-equiv=refresh content='0;url=https://track.example/7'>"
        "<form action=https://track.example/8><input autofocus onfocus=alert(1)></form>"
        "<video src=https://track.example/9 autoplay poster=https://track.example/10></video>"
    )
    sinks = "<script>alert(1)</script><img src=https://track.example/11 onerror=alert(1)>"
    found["attacks in the text"] = html_letter(acts)
    found["attacks in the header"] = letter(
        f"javascript:alert(1) {sinks}", subject=sinks, sender=f'"{sinks}" <a@"{sinks}">', to=sinks
    )
    found["attacks in a file's name"] = (
        b"From: a@example.org\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b"
        b'\r\nContent-Type: text/html; name="<img src=x onerror=alert(1)>.html"\r\n'
        b"Content-Disposition: attachment\r\n\r\n<script>alert(1)</script>\r\n--b--\r\n"
    )
    return found


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_that_is_opened_acts_or_asks_for_anything_elsewhere(serve, open_page, share: int):
    office = serve(scheduler=False)
    anna = reader(office)
    mails = dict(list(hostile().items())[share::SHARES])
    ids = fill(office, anna, mails.values(), folder="<script>alert(1)</script>")
    fill(office, anna, [letter()])
    page = open_page(office, anna.email, viewport=WIDE)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))

    failed = {}
    page.goto("/mail?folder=all")
    expect(page.locator(".mail").first).to_be_visible()
    for name, message_id in zip(mails, ids, strict=True):
        answer = page.goto(f"/mail/{message_id}", wait_until="load")
        if answer is None or answer.status != 200 or not page.locator("#letter").count():
            failed[name] = answer and answer.status

    assert failed == {}
    strange = {url for url in asked if not url.startswith((office.address, "data:image/"))}
    assert strange == set()
