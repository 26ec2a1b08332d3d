"""The buttons *Save and sync* and *Save anyway*."""

import time

import pytest

from mailboxadmin.domain.people import Person
from tests.support import mails
from tests.support.configuring import ADMIN, bound_to, row_of, use_server
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.mailstore import Account
from tests.support.office import Office
from tests.support.visitor import Visitor

PATIENCE_S = 60


@pytest.fixture
def account(office: Office, dovecot: Dovecot) -> Account:
    """An account on the office's server."""
    office.admin(ADMIN)
    use_server(office, dovecot)
    return dovecot.user()


@pytest.fixture
def ann(office: Office, account: Account) -> Person:
    return office.person(account.name)


@pytest.fixture
def desk(ann: Person, at_desk) -> Visitor:
    """Ann at her desk."""
    visitor: Visitor = at_desk(ann.email)
    return visitor


def test_a_password_that_works_is_saved_and_the_mail_is_fetched(
    office, desk, ann, account, dovecot
):
    dovecot.deliver(account, mails.message(1))

    answer = desk.post("/mailbox", do="save", password=account.password)

    assert answer.status_code == 302
    assert answer.location == f"/mailboxes/{ann.mailbox_id}"
    deadline = time.monotonic() + PATIENCE_S
    while row_of(office, ann).last_success_at is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert row_of(office, ann).state == "ok"


def test_with_scripts_the_whole_page_goes_on(desk: Visitor, ann: Person, account: Account):
    data = {"csrf_token": desk.token("/mailbox"), "do": "save", "password": account.password}
    answer = desk.client.post("/mailbox", data=data, headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == f"/mailboxes/{ann.mailbox_id}"


def test_a_refused_password_is_not_saved(office: Office, desk: Visitor, ann: Person):
    page = desk.post("/mailbox", do="save", password="wrong").text

    assert "It does not work." in page and "Nothing was saved." in page
    assert bound_to(office, ann) is None


def test_it_can_be_saved_anyway(office: Office, desk: Visitor, ann: Person):
    answer = desk.post("/mailbox", do="save_anyway", password="wrong")

    assert answer.status_code == 302
    assert bound_to(office, ann) is not None
    assert logged(office, "mailbox.configured")[0].detail["untested"] is True


def test_saving_anyway_does_not_open_the_inner_network(office: Office, desk: Visitor, ann: Person):
    answer = desk.post("/mailbox", do="save_anyway", imap_host="10.0.0.1", password="x")

    assert answer.status_code == 400
    assert bound_to(office, ann) is None


def test_an_empty_password_is_asked_for(desk: Visitor):
    answer = desk.post("/mailbox", do="save")

    assert answer.status_code == 400
    assert "Enter the password" in answer.text


def test_the_admin_prepares_a_mailbox_whose_owner_enters_the_password(
    office, account, ann, at_desk
):
    grace = at_desk(ADMIN)
    path = f"/mailboxes/{ann.mailbox_id}/config"

    answer = grace.post(path, do="save", check_every_minutes="30")

    assert answer.location == path
    assert "its owner enters it" in grace.get(path).text
    assert bound_to(office, ann) is None


def test_who_did_it_stands_in_the_log(office: Office, ann: Person, account: Account, at_desk):
    path = f"/mailboxes/{ann.mailbox_id}/config"

    at_desk(ADMIN).post(path, do="save", password=account.password)

    [entry] = logged(office, "mailbox.configured")
    assert (entry.actor, entry.detail["set_by"]) == (ADMIN, "admin")
