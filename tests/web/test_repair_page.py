"""The link in which somebody mends their mailbox without signing in."""

import logging

import pytest

from mailboxadmin.services.checking.guessing import MOST_REFUSED
from mailboxadmin.services.machine.log_file import log_file, write_log
from mailboxadmin.services.staff.people import disable_person
from mailboxadmin.store.tables import SessionRow
from tests.support.asked import ADMIN, NEW_PASSWORD, lock_out, nonce_of, path_for
from tests.support.dovecot import Dovecot
from tests.support.dump import dump_of
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.visitor import Visitor


@pytest.fixture
def ann(office: Office, dovecot: Dovecot) -> Box:
    office.admin(ADMIN)
    return lock_out(office, dovecot)


@pytest.fixture
def link(office: Office, ann: Box) -> str:
    """The path of Ann's link."""
    return path_for(office, ann)


def test_the_page_says_what_is_wrong_what_to_do_and_where_it_goes(
    visitor: Visitor, link: str, ann: Box, dovecot: Dovecot
):
    answer = visitor.get(link)

    assert answer.status_code == 200
    assert ann.person.email in answer.text
    assert "does not accept the username or the password of your mailbox." in answer.text
    assert '<ol class="steps-list">' in answer.text
    assert f"The password goes to {dovecot.host} and nowhere else." in answer.text
    assert "Mailbox Config" not in answer.text


def test_it_shows_no_settings_and_no_way_into_the_rest(visitor: Visitor, link: str):
    page = visitor.get(link).text

    assert 'name="imap_host"' not in page and 'value="INBOX"' not in page
    assert 'class="nav-side"' not in page
    assert visitor.get("/").location.startswith("/login")


def test_the_right_password_mends_it_and_opens_no_session(
    office: Office, visitor: Visitor, link: str, ann: Box
):
    answer = visitor.post(link, password=NEW_PASSWORD)

    assert answer.status_code == 200
    assert "It works" in answer.text and "The mail is being fetched now" in answer.text
    assert not visitor.is_signed_in()
    with office.deps.store.read() as db:
        assert db.query(SessionRow).count() == 0


def test_it_works_once_and_says_so_kindly(visitor: Visitor, link: str):
    token = visitor.token(link)
    visitor.post(link, password=NEW_PASSWORD)

    again = visitor.client.post(link, data={"csrf_token": token, "password": NEW_PASSWORD})
    later = visitor.get(link)

    assert (again.status_code, later.status_code) == (410, 410)
    assert "There is nothing to do." in later.text


def test_a_wrong_password_is_said_beside_the_field_and_the_rest_stays(
    office: Office, visitor: Visitor, link: str, ann: Box
):
    answer = visitor.post(link, password="not the one", username=ann.account.name)

    assert 'id="password-fault">It was tried and not saved: ' in answer.text
    assert answer.text.count("the password of your mailbox.") == 2
    assert "not the one" not in answer.text
    assert f'value="{ann.account.name}"' in answer.text
    assert "the server said" in answer.text
    assert visitor.get(link).status_code == 200
    assert len(logged(office, "mailbox.configured")) == 1


def test_an_empty_password_is_asked_for_and_not_tried(office: Office, visitor: Visitor, link: str):
    answer = visitor.post(link, password="")

    assert answer.status_code == 400
    assert "Enter the password." in answer.text
    assert logged(office, "check.finished") == []


def test_guessing_is_stopped_as_everywhere(office: Office, visitor: Visitor, link: str):
    for _ in range(MOST_REFUSED):
        visitor.post(link, password="a guess")

    answer = visitor.post(link, password=NEW_PASSWORD)

    assert answer.status_code == 429
    assert "refused 10 sign-ins within an hour. Try again at" in answer.text
    assert visitor.get(link).status_code == 200


def test_knocking_with_dead_links_closes_the_door_for_a_while(office: Office, ann: Box, visitor):
    token = visitor.token("/login")
    dead = {"csrf_token": token, "password": "x"}

    statuses = [visitor.client.post("/repair/x", data=dead).status_code for _ in range(31)]

    assert statuses == [410] * 30 + [429]


def test_looking_changes_nothing(office: Office, visitor: Visitor, link: str, ann: Box):
    before, nonce = dump_of(office), nonce_of(office, ann)

    for _ in range(3):
        assert visitor.get(link).status_code == 200
        assert visitor.client.head(link).status_code == 200

    assert dump_of(office) == before
    assert nonce_of(office, ann) == nonce


def test_it_is_not_kept_by_the_browser_and_its_address_goes_nowhere(visitor: Visitor, link: str):
    for path in (link, "/repair/x"):
        headers = visitor.get(path).headers
        assert headers["Referrer-Policy"] == "strict-origin"
        assert headers["Cache-Control"] == "no-store"


def test_it_needs_the_forms_token(office: Office, visitor: Visitor, link: str, ann: Box):
    assert visitor.post_without_token(link, password=NEW_PASSWORD).status_code == 400
    assert nonce_of(office, ann) is not None


@pytest.mark.parametrize("who", [ADMIN, "bob@example.org"])
def test_whoever_else_is_signed_in_is_told_whom_it_is_for(
    office: Office, link: str, ann: Box, at_desk, who: str
):
    if who != ADMIN:
        office.person(who)
    desk = at_desk(who)

    shown = desk.get(link)
    data = {"csrf_token": desk.token("/password"), "password": NEW_PASSWORD}
    tried = desk.client.post(link, data=data)

    assert (shown.status_code, tried.status_code) == (403, 403)
    assert f"This link is for {ann.person.name}" in shown.text
    assert "does not accept" not in shown.text
    assert nonce_of(office, ann) is not None


def test_the_owner_may_be_signed_in(link: str, ann: Box, at_desk):
    assert "It works" in at_desk(ann.person.email).post(link, password=NEW_PASSWORD).text


def test_the_link_of_somebody_deactivated_tells_nothing(office, visitor: Visitor, link: str, ann):
    disable_person(office.deps, ann.person.id, actor=ADMIN)

    answer = visitor.get(link)

    assert answer.status_code == 410
    assert ann.person.email not in answer.text


def test_mended_otherwise_it_says_since_when_it_works(
    office: Office, visitor: Visitor, link: str, ann: Box, dovecot: Dovecot
):
    dovecot.change_password(ann.account, ann.account.password)
    office.clock.advance(minutes=1)
    office.sync(ann)

    answer = visitor.get(link)

    assert answer.status_code == 410
    assert "It works again" in answer.text and "There is nothing to do." in answer.text


def test_a_link_that_is_over_says_what_to_do(office: Office, visitor: Visitor, link: str):
    office.clock.advance(days=4)

    answer = visitor.get(link)

    assert answer.status_code == 410
    assert "works for three days" in answer.text and "Ask the admin" in answer.text


def test_its_token_is_in_no_log(office: Office, visitor: Visitor, link: str):
    write_log(office.deps.instance)
    logging.getLogger().setLevel(logging.DEBUG)
    token = link.removeprefix("/repair/")

    visitor.get(link)
    visitor.post_without_token(link, password="x")
    visitor.post(link, password="wrong")
    visitor.post(link, password=NEW_PASSWORD)
    visitor.get(link)
    office.app.view_functions["repair.mend"] = broken
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert visitor.get(link).status_code == 500

    written = log_file(office.deps.instance).read_text()
    assert "repair.mend failed" in written
    assert token not in written
    assert token not in str(dump_of(office))


def broken(token: str) -> str:
    raise RuntimeError("a fault of ours")
