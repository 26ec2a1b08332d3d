"""The button *Test connection*, with scripts and without."""

import re
import time
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.services.guessing import MOST_REFUSED, WITHIN
from mailboxadmin.services.people import person_by_email
from mailboxadmin.web.words import clock
from tests.support import mails, states
from tests.support.configuring import ADMIN, bound_to, use_server
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.office import Office
from tests.support.visitor import Visitor

SCRIPTED = {"HX-Request": "true"}
WATCH = re.compile(r'hx-get="([^"]+/check/[^"]+)"')
PATIENCE_S = 60


@pytest.fixture
def ann(office: Office, dovecot: Dovecot) -> Account:
    """An account on the office's server."""
    office.admin(ADMIN)
    use_server(office, dovecot)
    account = dovecot.user()
    office.person(account.name)
    return account


@pytest.fixture
def desk(ann: Account, at_desk) -> Visitor:
    """Ann at her desk."""
    visitor: Visitor = at_desk(ann.name)
    return visitor


def press(desk: Visitor, **fields: str):
    """Press the button in a browser with scripts."""
    data = {"csrf_token": desk.token("/mailbox"), "do": "test", **fields}
    return desk.client.post("/mailbox", data=data, headers=SCRIPTED)


def ended(desk: Visitor, answer: TestResponse) -> TestResponse:
    """Watch a test until its end."""
    watch = WATCH.search(answer.text)
    deadline = time.monotonic() + PATIENCE_S
    while watch and time.monotonic() < deadline:
        answer = desk.get(watch[1].replace("&amp;", "&"))
        watch = WATCH.search(answer.text)
        time.sleep(0.05)
    return answer


def test_without_scripts_the_answer_is_the_page_with_the_ladder(desk: Visitor, ann: Account):
    page = desk.post("/mailbox", do="test", password=ann.password).text

    assert "It works." in page and "Mailbox Config" in page
    assert "Enter the password once more to save it." in page
    assert ann.password not in page


def test_with_scripts_the_ladder_is_watched_rung_by_rung(desk: Visitor, ann: Account):
    answer = ended(desk, press(desk, password=ann.password))

    assert "It works." in answer.text
    assert "<html" not in answer.text
    assert "5 folders on the server" in answer.text


def brought(page: str) -> str:
    """What stands beside the field about the first sync."""
    found = re.search(r'<span id="brings"[^>]*>(.*?)</span>', page, re.DOTALL)
    return re.sub("<[^>]+>", "", found[1]) if found else ""


def test_beside_the_field_stands_what_the_first_sync_would_bring(
    office, dovecot, desk: Visitor, ann: Account
):
    now = office.clock.now()
    dovecot.deliver(ann, mails.message(1), internal_date=now - timedelta(days=50))
    dovecot.deliver(ann, mails.message(2), internal_date=now)

    before = desk.get("/mailbox").text
    everything = desk.post("/mailbox", do="test", password=ann.password).text
    fewer = desk.post("/mailbox", do="test", password=ann.password, sync_since_days="30").text

    assert "Test connection tells" in brought(before)
    assert "brings 2 messages" in brought(everything)
    assert "brings 1 message," in brought(fewer)
    assert re.search(r'id="sync_since_days"[^>]* value="30"', fewer)


def test_with_scripts_it_is_put_there_when_the_test_has_ended(desk: Visitor, ann: Account):
    answer = ended(desk, press(desk, password=ann.password))

    assert 'hx-swap-oob="true"' in answer.text
    assert brought(answer.text) == "With this, there is nothing to fetch yet."


def test_nothing_is_saved(office: Office, desk: Visitor, ann: Account):
    desk.post("/mailbox", do="test", password=ann.password)

    assert bound_to(office, person_by_email(office.deps, ann.name)) is None


def test_a_refused_password_is_said_with_what_to_do_and_may_be_saved_anyway(desk: Visitor):
    page = desk.post("/mailbox", do="test", password="wrong").text

    assert "It does not work." in page
    assert "auth.bad_credentials" in page and "the server said" in page
    assert 'value="save_anyway"' in page


@pytest.mark.parametrize(("headers", "status"), [({}, 400), (SCRIPTED, 422)])
def test_a_fault_stands_beside_its_field(desk: Visitor, headers, status):
    data = {"csrf_token": desk.token("/mailbox"), "do": "test", "imap_port": "99999"}
    answer = desk.client.post("/mailbox", data=data, headers=headers)

    assert answer.status_code == status
    assert 'id="imap_port-fault">Enter a whole number from 1 to 65535.' in answer.text
    assert ("<html" in answer.text) is (status == 400)


@pytest.mark.parametrize("headers", [{}, SCRIPTED])
def test_who_was_refused_too_often_is_told_when_to_try_again(office, desk: Visitor, ann, headers):
    mailbox_id = person_by_email(office.deps, ann.name).mailbox_id
    for _ in range(MOST_REFUSED):
        states.log(
            office,
            Code.CHECK_FINISHED,
            "Tested.",
            mailbox_id=mailbox_id,
            level=Level.WARNING,
            actor=ann.name,
            code="auth.bad_credentials",
        )

    data = {"csrf_token": desk.token("/mailbox"), "do": "test", "password": ann.password}
    answer = desk.client.post("/mailbox", data=data, headers=headers)

    again_at = clock(office.clock.now() + WITHIN)
    assert f"refused 10 sign-ins within an hour. Try again at {again_at}." in answer.text
    assert 'class="ladder"' not in answer.text


def test_an_inner_server_is_refused_without_a_try(desk: Visitor):
    answer = desk.post("/mailbox", do="test", imap_host="127.0.0.1", imap_port="22", password="x")

    assert "Only public mail servers" in answer.text
    assert 'class="ladder"' not in answer.text


def test_another_persons_test_is_not_there(office: Office, desk: Visitor, ann, at_desk):
    watch = WATCH.search(press(desk, password="wrong").text)
    assert watch is not None
    office.person("bob@example.org")

    assert at_desk("bob@example.org").get(watch[1].replace("&amp;", "&")).status_code == 404


def test_it_needs_the_forms_token(desk: Visitor):
    assert desk.post_without_token("/mailbox", do="test").status_code == 400
