"""The board in a browser."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import State
from tests.support import states
from tests.support.office import Office
from tests.support.visitor import Visitor

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


def test_an_empty_office_says_what_to_do_first(grace: Visitor):
    page = grace.get("/").text

    assert "No mailboxes yet." in page
    assert 'href="/staff">Add staff</a>' in page


def test_who_acts_stands_at_the_head_of_each_card(office: Office, grace: Visitor):
    anna = states.somebody(office, "Anna Keller")
    states.put(office, anna, State.NEEDS_ACTION, states.finding())
    dana = states.somebody(office, "Dana Vries")
    soon = office.clock.now() + timedelta(minutes=7)
    slow = states.finding("server.timeout", temporary=True, fix_by=Fixer.NOBODY, summary="Slow.")
    states.put(office, dana, State.RETRYING, slow, next_attempt_at=soon)

    page = grace.get("/").text

    assert ">Anna must enter the right password</a>. No mailbox is fine." in page
    assert 'who-owner">Anna Keller' in page
    assert "Ask Anna to fix it" in page
    assert "tried 3 times, then stopped so that the server does not lock the account" in page
    assert "Nobody – it tries again" in page
    assert page.index("Needs Anna") < page.index("Trying again")


def test_a_person_is_found_by_name_or_address(office: Office, grace: Visitor):
    for name in ("Anna Keller", "Ben Okoye"):
        states.put(office, states.somebody(office, name), State.OK)

    by_name, by_address = grace.get("/?find=KELLER").text, grace.get("/?find=ben@").text
    nobody = grace.get("/?find=<zoe>").text

    assert "Anna Keller" in by_name and "Ben Okoye" not in by_name
    assert "Ben Okoye" in by_address and "Anna Keller" not in by_address
    assert "Nobody here is called “&lt;zoe&gt;”." in nobody


def test_it_refreshes_itself_with_the_list_only(office: Office, grace: Visitor):
    states.put(office, states.somebody(office, "Anna Keller"), State.OK)

    fragment = grace.get("/", headers=FRAGMENT).text

    assert fragment.lstrip().startswith('<div id="board"')
    assert "<html" not in fragment
    assert "Anna Keller" in fragment


def test_staff_are_taken_to_their_own_mailbox(office: Office, at_desk):
    office.admin()
    anna = states.somebody(office, "Anna Keller")

    answer = at_desk(anna.email).get("/")

    assert answer.location == f"/mailboxes/{anna.mailbox_id}"


def test_a_dead_scheduler_is_on_every_page_in_red(office: Office, grace: Visitor):
    states.tick(office)
    alive = [grace.get(path).text for path in ("/", "/activity", "/staff", "/settings")]
    office.clock.advance(minutes=2)
    dead = [grace.get(path).text for path in ("/", "/activity", "/staff", "/settings", "/beat")]

    assert all("Checking by itself" in page and "last tick" in page for page in alive)
    assert not any("Mailboxes are not being checked." in page for page in alive)
    assert all("Mailboxes are not being checked." in page for page in dead)
    assert all("process 4121 on mailhost" in page for page in dead)


def test_no_page_has_inline_styles_or_scripts(office: Office, grace: Visitor):
    mailbox_id = states.put(
        office, states.somebody(office, "Anna"), State.NEEDS_ACTION, states.finding()
    )
    states.put_mail(office, mailbox_id, 3)

    pages = [grace.get(path).text for path in ("/", f"/mailboxes/{mailbox_id}", "/activity")]

    for page in pages:
        assert " style=" not in page and "<style" not in page
        assert " onclick=" not in page and "<script>" not in page
