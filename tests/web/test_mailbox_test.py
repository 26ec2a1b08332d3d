"""The button *Test connection*, with scripts and without."""

import re
import time
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from mailboxadmin.demo.deeds import Stall
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.services.checking.guessing import MOST_REFUSED, WITHIN
from mailboxadmin.services.staff.people import person_by_email
from mailboxadmin.web.words import clock
from tests.support import mails, states
from tests.support.configuring import ADMIN, bound_to, use_server
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account
from tests.support.office import Office
from tests.support.visitor import Visitor
from tests.support.watching import CHECK_ID, ended

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


def try_it(desk: Visitor, **fields: str) -> TestResponse:
    """Press the button in a browser without scripts, and look again until it has ended."""
    answer = desk.post("/mailbox", do="test", **fields)
    del fields["password"]
    return ended(desk, "/mailbox", answer, **fields)


def watched(desk: Visitor, answer: TestResponse) -> TestResponse:
    """Watch a test until its end."""
    watch = WATCH.search(answer.text)
    deadline = time.monotonic() + PATIENCE_S
    while watch and time.monotonic() < deadline:
        answer = desk.get(watch[1].replace("&amp;", "&"))
        watch = WATCH.search(answer.text)
        time.sleep(0.05)
    return answer


def test_without_scripts_the_answer_is_the_page_with_the_ladder(desk: Visitor, ann: Account):
    page = try_it(desk, password=ann.password).text

    assert "It works." in page and "Mailbox Config" in page
    assert "Enter the password once more to save it." in page
    assert ann.password not in page


def test_with_scripts_the_ladder_is_watched_rung_by_rung(desk: Visitor, ann: Account):
    answer = watched(desk, press(desk, password=ann.password))

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
    everything = try_it(desk, password=ann.password).text
    fewer = try_it(desk, password=ann.password, sync_since_days="30").text

    assert "Test connection tells" in brought(before)
    assert "brings 2 messages" in brought(everything)
    assert "brings 1 message," in brought(fewer)
    assert re.search(r'id="sync_since_days"[^>]* value="30"', fewer)


def test_with_scripts_it_is_put_there_when_the_test_has_ended(desk: Visitor, ann: Account):
    answer = watched(desk, press(desk, password=ann.password))

    assert 'hx-swap-oob="true"' in answer.text
    assert brought(answer.text) == "With this, there is nothing to fetch yet."


def test_nothing_is_saved(office: Office, desk: Visitor, ann: Account):
    try_it(desk, password=ann.password)

    assert bound_to(office, person_by_email(office.deps, ann.name)) is None


def test_a_refused_password_is_said_with_what_to_do_and_may_be_saved_anyway(desk: Visitor):
    page = try_it(desk, password="wrong").text

    assert "It does not work." in page
    assert "auth.bad_credentials" in page and "the server said" in page
    assert "the password of your mailbox." in page
    assert 'value="save_anyway"' in page


def test_enter_never_presses_save_anyway(desk: Visitor):
    """Browsers press the first button of a form."""
    page = try_it(desk, password="not the one").text

    form = page[page.index('<form id="config"') :]
    first = form[form.index("<button") :].split(">", 1)[0]
    assert 'value="save"' in first


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


@pytest.fixture
def silent(scripted_imap) -> dict[str, str]:
    """What one types to test a server that says nothing after the connection."""
    server = scripted_imap([], greeting=Stall(), may_stop_early=True)
    return {
        "imap_host": server.host,
        "imap_port": str(server.port),
        "imap_encryption": "none",
        "password": "a password",
    }


@pytest.fixture
def grace(ann: Account, at_desk) -> Visitor:
    """An admin, who may name a server within the office."""
    visitor: Visitor = at_desk(ADMIN)
    return visitor


def config_of(office: Office, ann: Account) -> str:
    return f"/mailboxes/{person_by_email(office.deps, ann.name).mailbox_id}/config"


def test_without_scripts_a_long_test_shows_how_far_it_is_and_is_stopped(
    office: Office, grace: Visitor, ann: Account, silent
):
    path = config_of(office, ann)
    live = grace.post(path, do="test", **silent).text
    office.clock.advance(seconds=7)
    check_id = CHECK_ID.search(live)
    assert check_id is not None
    follow = {"check_id": check_id[1], "typed": "yes", "imap_host": silent["imap_host"]}

    later = grace.post(path, do="look", **follow).text
    stopped = grace.post(path, do="stop", **follow).text

    assert "Mailbox Config" in live and "Look again" in live and "Stop the test" in live
    assert "Trying for 7 s; half a minute at most." in later
    assert "The test was stopped." in stopped and "nothing counts as a failure" in stopped
    assert "Enter the password once more to try again." in stopped
    assert "It does not work." not in stopped and "Stop the test" not in stopped
    # What was typed elsewhere in the form stays.
    assert f'value="{silent["imap_host"]}"' in stopped


def test_with_scripts_only_the_result_says_that_it_was_stopped(
    office: Office, grace: Visitor, ann: Account, silent
):
    path = config_of(office, ann)
    data = {"csrf_token": grace.token(path), **silent}
    live = grace.client.post(path, data={**data, "do": "test"}, headers=SCRIPTED).text
    check_id = CHECK_ID.search(live)
    assert check_id is not None and "Look again" not in live

    asked = {**data, "do": "stop", "check_id": check_id[1]}
    stopped = grace.client.post(path, data=asked, headers=SCRIPTED).text

    assert "The test was stopped." in stopped and "<html" not in stopped
    assert WATCH.search(stopped) is None and "once more" not in stopped


def test_another_persons_test_cannot_be_stopped(office, grace, ann, silent, at_desk):
    live = CHECK_ID.search(grace.post(config_of(office, ann), do="test", **silent).text)
    assert live is not None
    office.person("bob@example.org")
    bob = at_desk("bob@example.org")

    assert bob.post("/mailbox", do="stop", check_id=live[1]).status_code == 404
    assert bob.post("/mailbox", do="stop").status_code == 404
    still = grace.post(config_of(office, ann), do="look", check_id=live[1]).text
    assert "Stop the test" in still


def test_it_needs_the_forms_token(desk: Visitor):
    assert desk.post_without_token("/mailbox", do="test").status_code == 400
