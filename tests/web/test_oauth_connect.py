"""*Connect*: to the provider with what belongs to this browser, and back to a read mailbox."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.tables_oauth import ConsentRow
from tests.support import mails
from tests.support.configuring import ADMIN
from tests.support.consenting import begin, come_back, connect
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.token_office import TokenOffice, press
from tests.support.visitor import Visitor

both = pytest.mark.parametrize("key", AppKey)


@pytest.fixture
def office(token_office: TokenOffice) -> Office:
    """The office at whose desks people sign in."""
    return token_office.office


@pytest.fixture
def box(token_office: TokenOffice) -> Box:
    """A mailbox that its owner has not connected yet."""
    token_office.office.admin(ADMIN)
    return token_office.box()


@pytest.fixture
def ann(box: Box, at_desk) -> Visitor:
    """Its owner, signed in."""
    return at_desk(box.person.email)


@both
def test_who_agrees_comes_back_to_a_mailbox_that_is_being_read(token_office, ann, box, key):
    token_office.dovecot.deliver(box.account, mails.message(1))

    answer = connect(ann, key)

    assert answer.request.path == f"/mailboxes/{box.id}"
    assert f"Connected with {key.label}. The mail is being fetched." in answer.text
    assert token_office.grant(box).app == key
    token_office.office.let_runs_end()
    assert f"{key.label}, by permission" in ann.get(f"/mailboxes/{box.id}").text
    assert "1 message ·" in ann.get(f"/mailboxes/{box.id}").text


@both
def test_the_provider_is_asked_for_just_this_mailbox(token_office, ann, box, key):
    page = urlsplit(begin(ann, key))

    asked = dict(parse_qsl(page.query))
    assert asked["login_hint"] == box.person.email
    assert asked["redirect_uri"] == f"{token_office.deps.base_url}/oauth/callback/{key}"
    assert asked["code_challenge_method"] == "S256" and len(asked["state"]) >= 43
    assert asked["prompt"] == ("consent" if key is AppKey.GMAIL else "select_account")


def test_each_press_has_a_state_of_its_own(ann: Visitor):
    states = {dict(parse_qsl(urlsplit(begin(ann)).query))["state"] for _ in range(3)}

    assert len(states) == 3


@both
def test_only_a_page_with_the_button_lets_a_form_lead_to_the_provider(token_office, ann, box, key):
    forms = {
        path: ann.get(path).headers["Content-Security-Policy"].partition("form-action ")[2]
        for path in ("/mailbox", "/activity", "/password")
    }

    page = urlsplit(begin(ann, key))
    assert f" {page.scheme}://{page.netloc};" in forms["/mailbox"]
    assert forms["/activity"].startswith("'self';") and forms["/password"].startswith("'self';")


def test_without_the_app_an_admin_is_asked_for(token_office, ann: Visitor):
    change_settings(token_office.deps, {"gmail_client_id": ""}, actor=ADMIN)

    answer = ann.post("/oauth/connect/gmail", form_at="/mailbox")

    assert answer.status_code == 409
    assert "The office has no Gmail app." in answer.text


@pytest.mark.parametrize("name", ["yahoo", "Gmail", "gmail%2e", "..", "1"])
def test_of_any_other_provider_there_is_nothing(ann: Visitor, name: str):
    token = ann.token("/mailbox")

    assert ann.post_without_token(f"/oauth/connect/{name}", csrf_token=token).status_code == 404
    assert ann.get(f"/oauth/callback/{name}").status_code == 404


def test_looking_does_not_begin_anything(token_office, ann: Visitor):
    assert ann.get("/oauth/connect/gmail").status_code == 405
    with token_office.deps.store.read() as db:
        assert db.query(ConsentRow).count() == 0


def test_who_is_not_signed_in_is_asked_to(token_office, box, visitor: Visitor):
    answer = visitor.post("/oauth/connect/gmail", form_at="/login")

    assert answer.location == "/login?next=/mailbox"


def test_an_admin_without_a_mailbox_has_nothing_to_connect(box, at_desk):
    grace = at_desk(ADMIN)

    assert grace.post("/oauth/connect/gmail", form_at="/mailbox").status_code == 404


def test_neither_the_form_nor_the_address_says_where_one_is_sent(ann: Visitor, token_office):
    for field in ("next", "redirect_uri", "url", "mailbox_id"):
        page = begin(ann, **{field: "https://evil.example/"})
        assert page.startswith(token_office.provider.address)
        assert "evil" not in page


def test_a_mailbox_with_a_password_is_connected_and_keeps_its_mail(token_office, box, ann):
    office, dovecot = token_office.office, token_office.dovecot
    dovecot.deliver(box.account, mails.message(1))
    ann.post("/mailbox", do="save", password=box.account.password)
    office.let_runs_end()

    page = ann.get("/mailbox").text
    connect(ann)

    assert "Leave it empty to keep the one that is stored." in page
    assert "1 message ·" in ann.get(f"/mailboxes/{box.id}").text
    assert "Use a password instead" in ann.get("/mailbox").text


def test_a_password_takes_the_place_of_the_permission(token_office, box, ann):
    connect(ann)

    ann.post("/mailbox", do="save", password=box.account.password)

    page = ann.get("/mailbox").text
    assert "Leave it empty to keep the one that is stored." in page
    assert [entry.message for entry in logged(token_office.office, "oauth.disconnected")] == [
        "Disconnected from Gmail; the tokens were deleted, the mail is kept. "
        "It signs in with a password now."
    ]


def test_a_paused_mailbox_is_connected_and_stays_paused(token_office, box, ann):
    connect(ann)
    ann.post(f"/mailboxes/{box.id}/pause", form_at=f"/mailboxes/{box.id}")

    answer = connect(ann)

    assert "It stays paused until it is resumed." in answer.text


def test_who_cancels_is_told_that_nothing_was_changed(token_office, box, ann):
    answer = connect(ann, choice=Choice.CANCEL)

    assert answer.request.path.startswith("/oauth/result/")
    assert "You did not agree, so nothing was changed" in answer.text
    assert "Try again" in answer.text
    assert "Connect" in ann.get("/mailbox").text


def test_another_account_is_told_apart_and_may_try_again(token_office, box, ann):
    answer = connect(ann, choice=Choice.SOMEBODY_ELSE)

    assert "Gmail was not connected" in answer.text
    assert "oauth.wrong_account" in answer.text
    assert "does not open your mailbox." in answer.text
    assert "Nothing was changed here" in answer.text
    assert re.search(r'<button type="submit" class="btn btn-primary">Try again', answer.text)
    assert "Open Mailbox Config" not in answer.text


def test_without_the_right_to_read_mail_it_is_refused(token_office, box, ann):
    answer = connect(ann, choice=Choice.WITHOUT_MAIL)

    assert "oauth.scope_missing" in answer.text and "Was a box left unticked" in answer.text
    assert "<b>the server said</b>scope: " in answer.text


def test_settings_that_are_taken_away_meanwhile_are_said(token_office, box, ann):
    page = begin(ann)
    change_settings(token_office.deps, {"gmail_client_id": ""}, actor=ADMIN)

    answer = come_back(ann, AppKey.GMAIL, press(page, Choice.ALLOW))

    assert answer.status_code == 200 and "oauth.client_invalid" in answer.text
