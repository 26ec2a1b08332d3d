"""Signing out, and what ends a session otherwise."""

from mailboxadmin.services.staff import people
from tests.support.office import Office
from tests.support.visitor import Visitor


def kept_cookie(office: Office, visitor: Visitor) -> Visitor:
    """A browser of the same make at the same desk that holds a copy of the cookie."""
    thief = Visitor(office.app)
    thief.client.set_cookie("session", visitor.cookie())
    assert thief.is_signed_in()
    return thief


def test_signing_out_ends_the_session_and_a_kept_cookie_too(office: Office, at_desk):
    office.admin()
    grace = at_desk("grace@example.org")
    thief = kept_cookie(office, grace)

    answer = grace.post("/logout", form_at="/password")

    assert answer.location == "/login"
    assert not grace.is_signed_in()
    assert not thief.is_signed_in()


def test_signing_out_is_a_form_with_a_token(office: Office, at_desk):
    office.admin()
    grace = at_desk("grace@example.org")

    assert grace.get("/logout").status_code == 405
    assert grace.post_without_token("/logout").status_code == 400
    assert grace.is_signed_in()


def test_who_is_deactivated_is_out_with_the_next_click(office: Office, at_desk):
    office.admin()
    anna = office.person("anna@example.org")
    desk = at_desk(anna.email)

    people.disable_person(office.deps, anna.id, actor="grace@example.org")

    assert not desk.is_signed_in()


def test_another_password_ends_the_other_browsers_and_not_this_one(office: Office, at_desk):
    office.admin()
    grace = at_desk("grace@example.org")
    thief = kept_cookie(office, grace)

    answer = grace.post("/password", current="correct horse battery", password="a new long phrase")

    assert answer.location == "/password"
    assert "new password holds" in grace.get("/password").text
    assert not thief.is_signed_in()


def test_a_wrong_present_password_changes_nothing(office: Office, at_desk):
    office.admin()
    grace = at_desk("grace@example.org")

    answer = grace.post("/password", current="a guess", password="a new long phrase")

    assert answer.status_code == 400
    assert "not your present password" in answer.text
    assert Visitor(office.app).sign_in("grace@example.org").status_code == 302
