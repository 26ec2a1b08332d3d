"""Signing in."""

from urllib.parse import quote

import pytest

from tests.support.office import PASSWORD, Office
from tests.support.visitor import TOKEN, Visitor


@pytest.fixture(autouse=True)
def people(office: Office):
    office.admin("grace@example.org")
    office.person("anna@example.org")


def without_what_varies(page: str) -> str:
    """The page without the token of its form and the address that was typed."""
    return TOKEN.sub("", page).replace("anna@", "x@").replace("bert@", "x@")


def test_the_right_password_lets_in(visitor: Visitor):
    answer = visitor.sign_in("anna@example.org")

    assert (answer.status_code, answer.location) == (302, "/")
    assert visitor.is_signed_in()


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(visitor: Visitor):
    wrong = visitor.sign_in("anna@example.org", "not the password")
    unknown = visitor.sign_in("bert@example.org", "not the password")

    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert without_what_varies(wrong.text) == without_what_varies(unknown.text)
    assert not visitor.is_signed_in()


def test_the_password_is_not_sent_back(visitor: Visitor):
    assert "not the password" not in visitor.sign_in("anna@example.org", "not the password").text


def test_an_empty_form_says_what_is_missing(visitor: Visitor):
    answer = visitor.post("/login")

    assert answer.status_code == 400
    assert "Enter your address." in answer.text
    assert "Enter your password." in answer.text


def test_a_form_without_its_token_is_refused(visitor: Visitor):
    answer = visitor.post_without_token("/login", email="anna@example.org", password=PASSWORD)

    assert answer.status_code == 400
    assert not visitor.is_signed_in()


def test_who_is_signed_in_already_goes_on(visitor: Visitor):
    visitor.sign_in("anna@example.org")

    assert visitor.get("/login?next=/password").location == "/password"


def test_a_page_that_needs_a_sign_in_is_found_again_after_it(visitor: Visitor):
    sent = visitor.get("/activity?code=sync&level=warning")

    answer = visitor.post(sent.location, email="anna@example.org", password=PASSWORD)

    assert answer.location == "/activity?code=sync&level=warning"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "password",
        "",
    ],
)
def test_next_leads_nowhere_else(visitor: Visitor, target: str):
    path = f"/login?next={quote(target)}"

    assert visitor.post(path, email="anna@example.org", password=PASSWORD).location == "/"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(visitor: Visitor):
    [cookie] = visitor.sign_in("anna@example.org").headers.getlist("Set-Cookie")

    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie


def test_the_session_before_the_sign_in_does_not_live_on(visitor: Visitor):
    planted = visitor.token("/login")
    visitor.sign_in("anna@example.org")

    answer = visitor.post_without_token("/logout", csrf_token=planted)

    assert answer.status_code == 400
    assert visitor.is_signed_in()


def test_a_cookie_from_another_browser_is_worth_nothing(office: Office, visitor: Visitor):
    visitor.sign_in("anna@example.org")
    thief = Visitor(office.app, REMOTE_ADDR="203.0.113.9")

    thief.client.set_cookie("session", visitor.cookie())

    assert not thief.is_signed_in()


def test_an_htmx_fragment_sends_the_whole_page_to_the_sign_in(visitor: Visitor):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/activity?level=error"}

    answer = visitor.get("/password", headers=headers)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login?next=/activity?level%3Derror"
