"""The program's own errors in the browser: found by their number, without a secret or any mail."""

import logging
import re
from collections.abc import Iterator

import pytest

from mailboxadmin.services.machine.error_log import covered
from mailboxadmin.services.machine.log_file import LARGEST_BYTES, log_file, rotate_log, write_log
from mailboxadmin.web.activity import views as activity
from mailboxadmin.web.board import views
from tests.support.office import Office
from tests.support.visitor import Visitor

GRACE = "grace@example.org"
WORD = "xylophone"
log = logging.getLogger("mailboxadmin.test")


@pytest.fixture
def grace(office: Office, at_desk) -> Iterator[Visitor]:
    """The admin of an office that writes its log file."""
    office.admin(GRACE)
    write_log(office.deps.instance)
    yield at_desk(GRACE)


def break_the_board(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def broken(deps: object) -> None:
        raise fault

    monkeypatch.setattr(views, "read_board", broken)


def test_the_number_of_a_page_leads_to_its_traceback(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    break_the_board(monkeypatch, TypeError(f"no such thing: '{WORD}' and {WORD}"))
    log.error("another one")
    page = grace.get("/")

    link = re.search(r'href="(/troubleshooting/log\?id=(\d+))"', page.text)
    assert page.status_code == 500 and link is not None
    answer = grace.get(link[1])

    assert answer.status_code == 200
    assert f"number {link[2]}" in answer.text
    assert "in broken" in answer.text and "TypeError: no such thing: …cut…" in answer.text
    assert f"/activity?level=error&amp;period=all#entry-{link[2]}" in answer.text
    assert "another one" not in answer.text and WORD not in answer.text


def test_only_an_admin_is_given_the_link_and_the_page(
    office: Office, grace: Visitor, at_desk, monkeypatch: pytest.MonkeyPatch
):
    office.person("anna@example.org")
    anna = at_desk("anna@example.org")

    def broken(*_: object) -> None:
        raise TypeError

    monkeypatch.setattr(activity, "read_page", broken)
    page = anna.get("/activity")

    assert page.status_code == 500 and "/troubleshooting/log" not in page.text
    assert anna.get("/troubleshooting/log").status_code == 403


def test_the_last_errors_come_first_and_warnings_do_not_come(grace: Visitor):
    log.warning("a warning")
    for number in range(60):
        log.error("fault %02d", number)

    page = grace.get("/troubleshooting/log").text

    shown = re.findall(r"<h2>(fault \d\d)</h2>", page)
    assert shown[0] == "fault 59" and len(shown) == 50
    assert "a warning" not in page


def test_one_is_found_after_the_log_was_moved_away(office: Office, grace: Visitor):
    log.error("GET board.index failed (number 4711)")
    with log_file(office.deps.instance).open("a") as file:
        file.write("x" * LARGEST_BYTES + "\n")
    rotate_log(office.deps.instance)
    log.error("a new one")

    assert "GET board.index failed" in grace.get("/troubleshooting/log?id=4711").text


def test_one_that_is_gone_is_said(grace: Visitor):
    answer = grace.get("/troubleshooting/log?id=12345")

    assert answer.status_code == 200
    assert "It is not in the log any more." in answer.text


def test_an_exception_quotes_neither_mail_nor_a_secret(grace: Visitor):
    try:
        try:
            raise ValueError(f"bad header\nSubject: {WORD}\nFrom: {WORD}")
        except ValueError as fault:
            raise RuntimeError(f"[SQL: INSERT] [parameters: ('{WORD}',)]") from fault
    except RuntimeError:
        log.exception("password=%s token: %s Bearer %s", WORD, WORD, WORD)

    page = grace.get("/troubleshooting/log").text

    assert "ValueError: bad header" in page and "RuntimeError: …cut…" in page
    assert "The above exception was the direct cause" in page
    assert "raise ValueError(f&#34;bad header" in page, "a line of the program is shown"
    assert WORD not in page.replace("{WORD}", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer ya29.a0", "Authorization: •••• ••••"),
        ("sent Bearer ya29.a0-x/y+z=", "sent Bearer ••••"),
        ("password=hunter2 and more", "password=•••• and more"),
        ("{'password': 'hunter 2', 'x': 1}", "{'password': ••••, 'x': 1}"),
        ('{"refresh_token": "1//0g", "x"', '{"refresh_token": ••••, "x"'),
        ("client_secret: GOCSPX-1", "client_secret: ••••"),
        ("?code=4/0Ab&state=x", "?code=••••&state=x"),
        ("A1 LOGIN ann hunter2", "A1 LOGIN ••••"),
        ("A1 AUTHENTICATE PLAIN AGFu", "A1 AUTHENTICATE ••••"),
        ("https://ann:hunter2@example.org/", "https://••••@example.org/"),
        ("got " + "e" * 60, "got ••••"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str):
    assert covered(text) == shown
