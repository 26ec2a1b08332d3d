"""Troubleshooting shows each thing that can be wrong in its row, with what to do."""

import html
import re

import pytest

from tests.support import broken, states
from tests.support.broken import Broken
from tests.support.office import Office
from tests.support.visitor import Visitor

PAGE = "/troubleshooting"
#: Instants stand there as clock times.
_TAGS = re.compile(r"<[^>]+>")


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    # Where the browser of these tests is.
    object.__setattr__(office.deps, "base_url", "http://localhost")
    states.tick(office)
    return at_desk("grace@example.org")


def plain(part: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(_TAGS.sub("", part)))


def wrong(page: str) -> dict[str, str]:
    """What is not in order, by its code, as it is read."""
    parts = page.split('class="wrong" id="check-')[1:]
    return {part.partition('"')[0]: plain(part.split("</section>")[0]) for part in parts}


@pytest.mark.parametrize("scene", broken.ALL, ids=str)
def test_what_is_wrong_stands_in_its_row_with_what_to_do(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch, scene: Broken
):
    assert wrong(grace.get(PAGE).text) == {}
    scene.breaks(office, monkeypatch)

    page = grace.get(PAGE).text

    found = wrong(page)
    assert scene.says in found[scene.code]
    assert scene.to_do in found[scene.code]
    assert set(found) == {scene.code} | broken.ALONG.get(scene.breaks.__name__, set())
    assert "All seven checks are in order." not in page


def test_the_rows_stand_under_the_numbers_of_the_old_checklist(grace: Visitor):
    page = grace.get(PAGE).text

    titles = re.findall(r"<b>(\d)\. ([^<]+)</b>", page)
    assert titles == [
        ("1", "Recent connection and sync errors"),
        ("2", "Debug mode"),
        ("3", "The server’s own errors"),
        ("4", "The clock"),
        ("5", "Sign-in methods"),
        ("6", "Personal and office settings"),
        ("7", "Read status"),
    ]


def test_a_page_that_failed_is_found_by_its_number(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    office.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with monkeypatch.context() as patch:
        patch.setattr("mailboxadmin.web.board.views.read_board", lambda _deps: 1 / 0)
        failed = grace.get("/")

    found = wrong(grace.get(PAGE).text)["faults"]

    [number] = re.findall(r"the number (\d+)", failed.text)
    assert failed.status_code == 500
    assert f"(number {number}): Mailbox Admin itself failed: ZeroDivisionError" in found


def test_many_points_are_cut_and_come_on_a_click(office: Office, grace: Visitor):
    for number in range(8):
        broken.configured(office, f"person{number}@outlook.com")

    page = grace.get(PAGE).text

    assert 'state-act">8 mailboxes<' in page
    assert "<summary>2 more</summary>" in page
