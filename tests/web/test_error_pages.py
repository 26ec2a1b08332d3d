"""Pages that say what went wrong, and what to do."""

import io
import re

import pytest

from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.overview import board
from mailboxadmin.web import errors
from mailboxadmin.web.auth import views as auth_views
from mailboxadmin.web.board import views
from tests.support.log import logged
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


def break_the_board(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def broken(deps: object) -> board.Board:
        raise fault

    monkeypatch.setattr(views, "read_board", broken)


def test_a_fault_of_ours_has_a_number_that_is_in_the_log(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    break_the_board(monkeypatch, TypeError("the password is hunter2"))

    answer = grace.get("/")

    assert answer.status_code == 500
    number = re.search(r"the number (\d+)", answer.text)
    [entry] = logged(office, "app.failed")
    assert number is not None
    assert int(number[1]) == entry.id
    assert (entry.detail, entry.actor) == (
        {"kind": "TypeError", "where": "board.index"},
        "grace@example.org",
    )
    assert "hunter2" not in answer.text + entry.message


def test_a_database_that_cannot_be_used_is_said_as_it_is(
    grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    break_the_board(monkeypatch, StoreUnavailable("There is no room on the disk."))

    answer = grace.get("/")

    assert answer.status_code == 503
    assert "There is no room on the disk." in answer.text


@pytest.mark.parametrize(
    "fault", [StoreUnavailable("The database is held."), TypeError()], ids=["held", "ours"]
)
def test_the_log_names_the_page_and_not_the_token_in_its_address(
    office: Office,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
):
    def broken(deps: object, token: str) -> None:
        raise fault

    office.admin("grace@example.org")
    monkeypatch.setattr(auth_views, "open_invitation", broken)

    answer = visitor.get("/invitation/the-token%0Aa+forged+line")

    assert answer.status_code >= 500
    said = [record.getMessage() for record in caplog.records if record.name == errors.log.name]
    assert len(said) == 1
    assert said[0].startswith("GET auth.invitation")
    assert "the-token" not in said[0] and "forged" not in said[0]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is nothing here."),
        ("/mailboxes/4711", 404, "There is nothing here."),
        ("/logout", 405, "That does not work this way."),
    ],
)
def test_what_is_not_there_is_said_plainly(grace: Visitor, path: str, status: int, words: str):
    answer = grace.get(path)

    assert answer.status_code == status
    assert words in answer.text


def test_staff_are_told_that_a_page_is_the_admins(office: Office, at_desk):
    office.admin()
    office.person("anna@example.org")

    answer = at_desk("anna@example.org").get("/staff")

    assert answer.status_code == 403
    assert "This page is for the admin." in answer.text


def test_a_form_without_its_token_says_what_to_do(grace: Visitor):
    answer = grace.post_without_token("/logout")

    assert answer.status_code == 400
    assert "Nothing was changed: go back, reload the page, and send it again." in answer.text


def test_what_is_too_large_is_refused_with_its_limit(grace: Visitor):
    answer = grace.post("/staff/csv", form_at="/staff", padding="x" * (1024 * 1024))

    assert answer.status_code == 413
    assert "up to 1 MB" in answer.text


def test_what_is_just_below_the_limit_is_read(grace: Visitor):
    file = (io.BytesIO(b""), "staff.csv")

    answer = grace.post("/staff/csv", form_at="/staff", file=file, text="x" * 900_000)

    assert answer.status_code != 413


def test_a_template_that_fails_is_a_page_with_a_number(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    def broken() -> None:
        raise LookupError

    monkeypatch.setitem(office.app.jinja_env.globals, "navigation", broken)

    answer = grace.get("/activity")

    assert answer.status_code == 500
    assert "Something here is broken." in answer.text
    assert re.search(r"the number \d+", answer.text)
    assert answer.text.rstrip().endswith("</html>")


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_a_fault_in_the_page_for_faults_is_a_page_too(
    grace: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
):
    break_the_board(monkeypatch, TypeError())

    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("no templates today")

    monkeypatch.setattr(errors, "render_template", broken)

    answer = grace.get(path)

    number = re.search(r"the number (L[0-9a-f]{8}): the log file has it", answer.text)
    assert answer.status_code == 500 and number is not None
    assert "Something here is broken." in answer.text
    assert answer.headers["Content-Security-Policy"]
    said = [record.getMessage() for record in caplog.records]
    assert any(number[1] in each for each in said)


def test_a_banner_that_fails_leaves_no_page_blank(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    def broken() -> None:
        raise ZeroDivisionError

    # Every page has it, that for faults included.
    monkeypatch.setitem(office.app.jinja_env.globals, "recording_now", broken)

    answer = grace.get("/activity")

    assert answer.status_code == 500
    assert re.search(r"the number L[0-9a-f]{8}", answer.text)


def test_a_fault_that_cannot_be_noted_has_a_number_too(
    grace: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    break_the_board(monkeypatch, TypeError("ours"))

    def broken(*_: object, **__: object) -> int:
        raise RuntimeError("nor this")

    monkeypatch.setattr(errors, "record_failure", broken)

    answer = grace.get("/")

    number = re.search(r"the number (L[0-9a-f]{8})", answer.text)
    assert number is not None
    [said] = [each for each in caplog.records if f"(number {number[1]})" in each.getMessage()]
    assert said.exc_info is not None and isinstance(said.exc_info[1], TypeError)


def test_a_fault_after_the_view_has_a_number_too(
    office: Office, grace: Visitor, monkeypatch: pytest.MonkeyPatch
):
    def broken(response: object) -> None:
        raise KeyError

    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(office.app.after_request_funcs, None, [broken])

    answer = grace.get("/activity")

    assert answer.status_code == 500
    assert re.search(r"the number \d+", answer.text)
