"""A permission that ended: at the finding and in the link its owner gives another one."""

import pytest

from mailboxadmin.demo.provider_pages import Choice
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.syncing.sync import sync_mailbox
from tests.support import mails
from tests.support.asked import ADMIN, nonce_of, path_for, token_for
from tests.support.consenting import begin, come_back, connect
from tests.support.log import logged
from tests.support.office import Box, Office
from tests.support.token_office import TokenOffice, press
from tests.support.visitor import Visitor


@pytest.fixture
def office(token_office: TokenOffice) -> Office:
    """The office at whose desks people sign in."""
    return token_office.office


@pytest.fixture
def ended(office: Office, token_office: TokenOffice) -> Box:
    """It worked, until its owner took the permission back at the provider."""
    office.admin(ADMIN)
    return end(token_office, token_office.connected())


def end(token_office: TokenOffice, box: Box) -> Box:
    office = token_office.office
    token_office.dovecot.deliver(box.account, mails.message(1))
    office.sync(box)
    token_office.provider.revoke(box.person.email)
    office.clock.advance(hours=1)
    found = office.sync(box).finding
    assert found is not None and found.code == "oauth.grant_expired"
    assert office.state(box) is State.NEEDS_ACTION
    return box


def by_link(office: Office, visitor: Visitor, box: Box, choice: Choice = Choice.ALLOW):
    """The whole way in a link of her own; the page it ends on."""
    token = token_for(office, box)
    return connect(visitor, choice=choice, form_at=f"/repair/{token}", link=token)


def test_the_owner_connects_again_at_the_finding(office: Office, ended: Box, at_desk):
    ann = at_desk(ended.person.email)
    page = ann.get(f"/mailboxes/{ended.id}")

    answer = connect(ann, form_at=f"/mailboxes/{ended.id}")

    assert "Connect Gmail again" in page.text
    assert "http://127.0.0.1" in page.headers["Content-Security-Policy"]
    assert "Connected with Gmail." in answer.text
    office.let_runs_end()
    assert office.state(ended) is State.OK


def test_an_admin_asks_and_cannot_enter_it(office: Office, ended: Box, at_desk):
    grace, name = at_desk(ADMIN), ended.person.name

    page = grace.get(f"/mailboxes/{ended.id}")
    config = grace.get(f"/mailboxes/{ended.id}/config")

    assert f"Ask {name} to fix it" in page.text
    assert f"Enter it for {name}" not in page.text and "/oauth/connect" not in page.text
    assert "Nobody can agree in somebody else’s name." in config.text
    assert "/oauth/connect" not in config.text
    assert "form-action 'self';" in config.headers["Content-Security-Policy"]


def test_what_an_admin_hands_over_speaks_of_connecting(office: Office, ended: Box, at_desk):
    grace, path = at_desk(ADMIN), f"/mailboxes/{ended.id}/ask"

    page = grace.post(path).text

    assert "You can connect again here, without signing in: " in page
    assert "Open the link below, connect Gmail again" in page
    assert "enter a password" not in page and "Mailbox Config" not in page


def test_in_the_link_it_is_mended_without_signing_in(office: Office, ended: Box, visitor: Visitor):
    token = token_for(office, ended)
    page = visitor.get(f"/repair/{token}").text

    answer = connect(visitor, form_at=f"/repair/{token}", link=token)

    assert "Connect Gmail again" in page and 'name="password"' not in page
    assert "Open Mailbox Config" not in page
    assert "It works" in answer.text and "The mail is being fetched now" in answer.text
    assert not visitor.is_signed_in()
    office.let_runs_end()
    assert office.state(ended) is State.OK
    assert nonce_of(office, ended) is None
    assert visitor.get(f"/repair/{token}").status_code == 410
    assert "mended the sign-in by link" in logged(office, "mailbox.link_used")[-1].message


@pytest.mark.parametrize("choice", [Choice.CANCEL, Choice.SOMEBODY_ELSE, Choice.WITHOUT_MAIL])
def test_what_does_not_work_leaves_the_link_good(office, ended, visitor: Visitor, choice):
    token = token_for(office, ended)

    answer = connect(visitor, choice=choice, form_at=f"/repair/{token}", link=token)
    again = press(begin(visitor, form_at=answer.request.path, link=token), Choice.ALLOW)

    assert f'name="link" value="{token}"' in answer.text
    assert "Back to the link" in answer.text and 'class="nav-side"' not in answer.text
    assert "It works" in come_back(visitor, AppKey.GMAIL, again).text


def test_a_link_that_is_over_begins_nothing(office: Office, ended: Box, visitor: Visitor):
    old = token_for(office, ended)
    good = token_for(office, ended)

    answer = visitor.post("/oauth/connect/gmail", form_at=f"/repair/{good}", link=old)

    assert answer.status_code == 410 and "A newer link was made" in answer.text


def test_a_link_that_is_replaced_on_the_way_saves_nothing(office, ended, visitor: Visitor):
    token = token_for(office, ended)
    query = press(begin(visitor, form_at=f"/repair/{token}", link=token), Choice.ALLOW)
    token_for(office, ended)

    answer = come_back(visitor, AppKey.GMAIL, query)

    assert answer.status_code == 410 and answer.request.path == f"/repair/{token}"
    assert "the link was over when you came back" in answer.text
    assert office.state(ended) is State.NEEDS_ACTION


def test_two_browsers_in_one_link_mend_it_once(office, ended, visitor: Visitor):
    other, token = Visitor(office.app), token_for(office, ended)
    form_at = f"/repair/{token}"
    first = press(begin(visitor, form_at=form_at, link=token), Choice.ALLOW)
    second = press(begin(other, form_at=form_at, link=token), Choice.ALLOW)

    done = come_back(visitor, AppKey.GMAIL, first)
    late = come_back(other, AppKey.GMAIL, second)

    assert "It works" in done.text
    assert late.status_code == 410
    assert len(logged(office, "oauth.connected")) == 2


def test_a_link_is_for_its_own_provider_only(office: Office, ended: Box, visitor: Visitor):
    token = token_for(office, ended)

    answer = visitor.post("/oauth/connect/outlook", form_at=f"/repair/{token}", link=token)

    assert answer.status_code == 404


def test_who_is_signed_in_as_somebody_else_cannot_use_it(office, token_office, ended, at_desk):
    token, bob = token_for(office, ended), at_desk(token_office.box().person.email)

    answer = bob.post("/oauth/connect/gmail", form_at="/mailbox", link=token)

    assert answer.status_code == 403 and "This link is for" in answer.text


def test_without_the_app_the_link_says_what_to_do(office, token_office, ended, visitor: Visitor):
    path = path_for(office, ended)
    change_settings(token_office.deps, {"gmail_client_id": ""}, actor=ADMIN)

    page = visitor.get(path)

    assert page.status_code == 200 and "/oauth/connect" not in page.text
    assert "Sign in to Mailbox Admin" in page.text


def test_a_made_up_link_counts_as_a_refused_try(ended: Box, visitor: Visitor):
    token = visitor.token("/login")
    data = {"csrf_token": token, "link": "made-up"}

    answers = [visitor.client.post("/oauth/connect/gmail", data=data) for _ in range(31)]

    assert [each.status_code for each in answers] == [410] * 30 + [429]


def test_outlook_is_mended_the_same_way(office, token_office, visitor: Visitor):
    office.admin(ADMIN)
    box = end(token_office, token_office.connected(AppKey.OUTLOOK))
    token = token_for(office, box)

    answer = connect(visitor, AppKey.OUTLOOK, form_at=f"/repair/{token}", link=token)

    assert "It works" in answer.text
    office.let_runs_end()
    assert office.state(box) is State.OK


def test_the_tokens_of_the_link_and_of_the_provider_are_not_in_the_page(
    office, token_office, ended, visitor: Visitor
):
    page = by_link(office, visitor, ended).text

    assert [each for each in token_office.provider.secrets if each in page] == []
    assert sync_mailbox(token_office.deps, ended.id, actor=ADMIN).finding is None
