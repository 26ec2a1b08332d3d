"""Your account: where one is signed in, and ending that elsewhere."""

import re

import pytest

from tests.support.office import PASSWORD, Office
from tests.support.visitor import Visitor

PAGE = "/account"
END = re.compile(r'action="(/account/sessions/[0-9a-f]{16}/end)"')
ON_A_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Version/17.5 Safari/604.1"


@pytest.fixture
def anna(office: Office, at_desk) -> Visitor:
    """Anna at her desk."""
    office.admin("grace@example.org")
    office.person("anna@example.org")
    return at_desk("anna@example.org")


def on_the_phone(office: Office, user_agent: str = ON_A_PHONE) -> Visitor:
    """The same person in another browser."""
    phone = Visitor(office.app, HTTP_USER_AGENT=user_agent, REMOTE_ADDR="198.51.100.7")
    assert phone.sign_in("anna@example.org").status_code == 302
    return phone


def test_the_page_lists_every_browser_with_words_and_address(office: Office, anna: Visitor):
    on_the_phone(office)

    page = anna.get(PAGE).text

    assert "Safari on an iPhone" in page and "198.51.100.7" in page
    assert "This browser" in page and "127.0.0.1" in page
    assert len(END.findall(page)) == 1


def test_every_page_leads_there(anna: Visitor):
    assert f'href="{PAGE}"' in anna.get("/activity").text


def test_a_browser_is_ended_with_its_next_click(office: Office, anna: Visitor):
    phone = on_the_phone(office)
    [end] = END.findall(anna.get(PAGE).text)

    answer = anna.post(end, form_at=PAGE)

    assert answer.location == PAGE
    assert "That browser is signed out." in anna.get(PAGE).text
    assert not phone.is_signed_in()
    assert anna.is_signed_in()


def test_it_may_have_ended_meanwhile(office: Office, anna: Visitor):
    phone = on_the_phone(office)
    [end] = END.findall(anna.get(PAGE).text)
    phone.post("/logout", form_at=PAGE)

    anna.post(end, form_at=PAGE)

    assert "It was signed out already." in anna.get(PAGE).text


def test_all_others_are_ended_at_once(office: Office, anna: Visitor):
    others = [on_the_phone(office) for _ in range(2)]

    anna.post(f"{PAGE}/sessions/end-others", form_at=PAGE)

    assert "2 other browsers are signed out." in anna.get(PAGE).text
    assert not any(other.is_signed_in() for other in others)
    assert anna.is_signed_in()


def test_somebody_elses_browser_is_out_of_reach(office: Office, anna: Visitor, at_desk):
    phone = on_the_phone(office)
    [end] = END.findall(anna.get(PAGE).text)
    grace = at_desk("grace@example.org")

    grace.post(end, form_at=PAGE)

    assert phone.is_signed_in()


def test_it_takes_a_form_with_its_token(office: Office, anna: Visitor):
    phone = on_the_phone(office)
    [end] = END.findall(anna.get(PAGE).text)
    paths = [end, f"{PAGE}/sessions/end-others"]

    assert [anna.get(path).status_code for path in paths] == [405, 405]
    assert [anna.post_without_token(path).status_code for path in paths] == [400, 400]
    assert phone.is_signed_in()


def test_what_a_browser_calls_itself_is_no_markup(office: Office, anna: Visitor):
    on_the_phone(office, "<script>alert(1)</script> Firefox/1")

    page = anna.get(PAGE).text

    assert "<b>Firefox</b>" in page
    assert "<script>alert" not in page


def test_another_password_ends_the_others_and_leads_back_here(office: Office, anna: Visitor):
    phone = on_the_phone(office)

    anna.post("/password", current=PASSWORD, password="a new long phrase")

    assert not phone.is_signed_in()
    assert not END.findall(anna.get(PAGE).text)
    assert f'href="{PAGE}"' in anna.get("/password").text
