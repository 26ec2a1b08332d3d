"""*Disconnect*: asked once more, ended here and where it can be ended, the mail kept."""

import pytest

from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from tests.support import mails
from tests.support.configuring import ADMIN
from tests.support.consenting import connect
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.token_office import TokenOffice
from tests.support.visitor import Visitor

OWN = "/oauth/disconnect"


@pytest.fixture
def office(token_office: TokenOffice) -> Office:
    """The office at whose desks people sign in."""
    return token_office.office


@pytest.fixture
def connected(office: Office, token_office: TokenOffice) -> Box:
    """A mailbox that is connected with Gmail, with one message that was fetched."""
    office.admin(ADMIN)
    return read(token_office, AppKey.GMAIL)


@pytest.fixture
def ann(connected: Box, at_desk) -> Visitor:
    """Its owner, signed in."""
    return at_desk(connected.person.email)


def read(token_office: TokenOffice, key: AppKey) -> Box:
    box = token_office.connected(key)
    token_office.dovecot.deliver(box.account, mails.message(1))
    assert token_office.office.sync(box).counts.new == 1
    return box


def test_it_is_asked_once_more_and_said_what_ends_and_what_stays(ann: Visitor, connected, office):
    page = ann.get(OWN)

    assert "Disconnect your mailbox from Gmail?" in page.text
    assert "the 1 message that is here" in page.text
    assert "goes on where it stopped" in page.text
    assert office.state(connected) is State.OK


def test_the_owner_ends_it_at_google_too_and_the_mail_is_kept(
    token_office, ann: Visitor, connected: Box, office: Office
):
    answer = ann.post(OWN)

    page = ann.get(answer.location).text
    assert answer.location == "/mailbox"
    assert "Google has ended the permission too." in page
    assert token_office.provider.refresh_tokens_of(connected.person.email) == ()
    assert office.state(connected) is State.NEW
    assert logged(office, "oauth.disconnected")[-1].actor == connected.person.email


def test_at_microsoft_a_person_ends_it_and_is_told_where(token_office, office, at_desk):
    office.admin(ADMIN)
    ann = at_desk(read(token_office, AppKey.OUTLOOK).person.email)

    asked = ann.get(OWN).text
    answer = ann.post(OWN)

    assert 'href="https://myapps.microsoft.com/"' in asked
    assert 'href="https://myapps.microsoft.com/"' in ann.get(answer.location).text


def test_connecting_again_goes_on_where_it_stopped(token_office, ann: Visitor, connected: Box):
    ann.post(OWN)
    token_office.dovecot.deliver(connected.account, mails.message(2))

    connect(ann)

    token_office.office.let_runs_end()
    assert "2 messages ·" in ann.get(f"/mailboxes/{connected.id}").text
    assert logged(token_office.office, "sync.finished")[-1].detail["new"] == 1


def test_an_admin_may_end_it_and_is_logged(office: Office, connected: Box, at_desk, ann):
    grace = at_desk(ADMIN)
    path = f"/mailboxes/{connected.id}/disconnect"

    asked = grace.get(path).text
    answer = grace.post(path)

    assert f"only {connected.person.name} can do that" in asked
    assert answer.location == f"/mailboxes/{connected.id}/config"
    assert logged(office, "oauth.disconnected")[-1].actor == ADMIN


def test_nobody_else_may(token_office, connected: Box, at_desk, ann: Visitor):
    bob = at_desk(token_office.box().person.email)
    path = f"/mailboxes/{connected.id}/disconnect"

    assert bob.get(path).status_code == 404
    token = bob.token("/mailbox")
    assert bob.post_without_token(path, csrf_token=token).status_code == 404
    assert token_office.grant(connected).app == "gmail"


def test_what_is_not_connected_cannot_be_disconnected(token_office, office, at_desk):
    office.admin(ADMIN)
    bob = at_desk(token_office.box().person.email)

    asked, answer = bob.get(OWN), bob.post(OWN, form_at="/mailbox")

    assert (asked.location, answer.location) == ("/mailbox", "/mailbox")
    assert "It is not connected with Gmail or Outlook." in bob.get("/mailbox").text
