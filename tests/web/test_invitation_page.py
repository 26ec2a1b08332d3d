"""The page on which somebody who was invited chooses a password."""

import pytest

from mailboxadmin.domain.people import Role
from mailboxadmin.services.staff.invitations import add_and_invite
from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def link(office: Office) -> str:
    """The path of Anna's link."""
    office.admin()
    _, link = add_and_invite(
        office.deps, email="anna@example.org", name="Anna Keller", role=Role.STAFF, actor="test"
    )
    return link.removeprefix("http://localhost:8000")


def test_the_page_says_who_and_which_address(visitor: Visitor, link: str):
    page = visitor.get(link).text

    assert "Anna" in page
    assert "anna@example.org" in page


def test_a_chosen_password_signs_in_and_uses_the_link_up(visitor: Visitor, link: str):
    answer = visitor.post(link, password="a phrase of my own")

    assert answer.location == "/"
    assert visitor.is_signed_in()
    assert visitor.get(link).status_code == 410


def test_a_weak_password_is_refused_beside_its_field(visitor: Visitor, link: str):
    answer = visitor.post(link, password="short")

    assert answer.status_code == 400
    assert "Too short" in answer.text
    assert visitor.get(link).status_code == 200


def test_a_link_that_ended_says_what_to_do(office: Office, visitor: Visitor, link: str):
    office.clock.advance(days=8)

    answer = visitor.get(link)

    assert answer.status_code == 410
    assert "Ask the admin" in answer.text


def test_a_choice_without_the_token_is_refused(visitor: Visitor, link: str):
    assert visitor.post_without_token(link, password="a phrase of my own").status_code == 400
    assert visitor.get(link).status_code == 200


def test_whoever_uses_the_browser_before_is_signed_out(office: Office, at_desk, link: str):
    desk = at_desk("grace@example.org")

    desk.post(link, password="a phrase of my own")

    assert desk.get("/staff").status_code == 403
