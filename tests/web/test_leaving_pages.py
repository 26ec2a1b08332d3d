"""Deactivating with the mail kept or erased, and deleting somebody by typing their address."""

import threading

import pytest

from mailboxadmin.domain.people import Person, Standing
from mailboxadmin.services.keeping.backup import create_backup
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.erasing_apart import erase_asked
from mailboxadmin.store.tables_mail import MessageRow
from tests.support import inbox
from tests.support.office import Office
from tests.support.visitor import Visitor

GRACE = "grace@example.org"


@pytest.fixture
def anna(office: Office) -> Person:
    """Somebody with one message, beside an admin."""
    anna = inbox.reader(office)
    inbox.fill(office, anna, [inbox.letter()])
    return anna


@pytest.fixture
def grace(office: Office, anna: Person, at_desk) -> Visitor:
    return at_desk(GRACE)


def messages(office: Office) -> int:
    with office.deps.store.read() as db:
        return db.query(MessageRow).count()


def test_deactivating_keeps_the_mail_unless_it_is_said(office: Office, grace, anna: Person):
    page = f"/staff/{anna.id}/disable"

    asked = grace.get(page).text
    grace.post(page, mail="keep")

    assert "Keep it" in asked and "Erase it for good" in asked
    assert "can no longer sign in" in grace.get("/staff").text
    assert messages(office) == 1


def test_deactivating_erases_the_mail_when_it_is_said(office: Office, grace, anna: Person):
    answer = grace.post(f"/staff/{anna.id}/disable", mail="erase")

    going_on, listed = grace.get(answer.location).text, grace.get("/staff").text
    erase_asked(office.deps, threading.Event())
    done = grace.get(answer.location).text
    assert "anna@example.org is being erased" in going_on
    assert "<b>1 message</b> left of 1." in going_on
    assert f'<a href="{answer.location}">anna@example.org</a>' in listed
    assert "goes on, 1 message left" in listed
    assert "anna@example.org’s mail is erased" in done and "1 message and everything" in done
    assert messages(office) == 0
    assert people.person(office.deps, anna.id).standing is Standing.DISABLED


def test_how_far_it_is_comes_as_a_fragment_until_it_is_done(office: Office, grace, anna: Person):
    way = grace.post(f"/staff/{anna.id}/disable", mail="erase").location
    asks_again = f'hx-get="{way}" hx-trigger="every 1s"'

    going_on = grace.get(way, headers={"HX-Request": "true"}).text
    erase_asked(office.deps, threading.Event())
    done = grace.get(way, headers={"HX-Request": "true"}).text

    assert "<html" not in going_on + done
    assert asks_again in going_on and "hx-get" not in done


def test_nobody_is_let_in_again_while_their_mail_is_erased(office: Office, grace, anna: Person):
    grace.post(f"/staff/{anna.id}/disable", mail="erase")

    grace.post(f"/staff/{anna.id}/enable", form_at=f"/staff/{anna.id}")

    assert "The mail of anna@example.org is being erased" in grace.get("/staff").text
    assert people.person(office.deps, anna.id).standing is Standing.DISABLED


def test_what_is_known_no_more_is_not_there(grace: Visitor):
    assert grace.get("/staff/erased/4711").status_code == 404


def test_another_wish_changes_nothing(office: Office, grace, anna: Person):
    answer = grace.post(f"/staff/{anna.id}/disable", mail="burn")

    assert answer.status_code == 400
    assert people.person(office.deps, anna.id).standing is Standing.ACTIVE


def test_deleting_shows_what_goes_and_asks_for_the_address(office: Office, grace, anna: Person):
    page = f"/staff/{anna.id}/delete"

    asked = grace.get(page).text
    refused = grace.post(page, address="anna")

    assert "1 message in 1 folder" in asked and "Type anna@example.org" in asked
    assert refused.status_code == 400
    assert "To delete this person, type anna@example.org." in refused.text
    assert people.person(office.deps, anna.id).standing is Standing.ACTIVE


def test_deleting_takes_the_person_off_the_list(office: Office, grace, anna: Person):
    answer = grace.post(f"/staff/{anna.id}/delete", address="Anna@example.org")

    going_on = grace.get(answer.location).text
    erase_asked(office.deps, threading.Event())
    done, page = grace.get(answer.location).text, grace.get("/staff").text
    assert "anna@example.org is being deleted" in going_on and "The person goes last." in going_on
    assert "anna@example.org is deleted" in done
    assert f'"/staff/{anna.id}"' not in page
    assert messages(office) == 0
    assert grace.get(f"/staff/{anna.id}").status_code == 404


def test_what_deleting_cannot_reach_is_named(office: Office, grace, anna: Person):
    backup = office.deps.instance / "friday.backup"
    create_backup(office.deps, backup, actor=GRACE)

    asked = grace.get(f"/staff/{anna.id}/delete").text
    way = grace.post(f"/staff/{anna.id}/delete", address=anna.email).location
    erase_asked(office.deps, threading.Event())
    done = grace.get(way)

    assert "1 file in the instance folder has some of it" in asked
    assert "What is left to do" in done.text and str(backup) in done.text


def test_the_only_admin_cannot_be_deleted(office: Office, grace: Visitor):
    me = people.person_by_email(office.deps, GRACE)

    asked = grace.get(f"/staff/{me.id}/delete").text
    answer = grace.post(f"/staff/{me.id}/delete", address=GRACE)

    assert "This is you" in asked
    assert answer.status_code == 400
    assert "only active admin" in answer.text


def test_an_admin_who_deletes_herself_is_at_the_door(office: Office, grace: Visitor):
    office.admin("hugo@example.org")
    me = people.person_by_email(office.deps, GRACE)

    grace.post(f"/staff/{me.id}/delete", address=GRACE)

    assert grace.get("/staff").location == "/login?next=/staff"


def test_deleting_takes_an_admin_and_a_token(office: Office, grace, anna: Person, at_desk):
    page, desk = f"/staff/{anna.id}/delete", at_desk(anna.email)

    assert desk.get(page).status_code == 403
    assert desk.post(page, form_at="/password", address=anna.email).status_code == 403
    assert grace.post_without_token(page, address=anna.email).status_code == 400
    assert messages(office) == 1
