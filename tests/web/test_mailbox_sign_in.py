"""Mailbox Config, how one signs in: what is offered first, to whom, and what is said instead."""

from datetime import timedelta

import pytest

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.permission import read_permission
from mailboxadmin.store.grants import grant_row
from mailboxadmin.store.mailboxes import mailbox_row, replace_own_texts
from tests.support.configuring import ADMIN
from tests.support.office import Office
from tests.support.token_office import TokenOffice
from tests.support.visitor import Visitor

BUTTON = 'class="btn btn-primary">Connect {}</button>'
NEEDED = "Your admin has to set up the {} app first"


@pytest.fixture
def office(token_office: TokenOffice) -> Office:
    """The office at whose desks people sign in; both apps are set up."""
    return token_office.office


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    """The admin at her desk."""
    office.admin(ADMIN)
    return at_desk(ADMIN)


def take_apps_away(office: Office) -> None:
    change_settings(office.deps, {f"{key}_client_id": "" for key in AppKey}, actor=ADMIN)


def page_of(office: Office, at_desk, email: str) -> str:
    office.person(email)
    page: str = at_desk(email).get("/mailbox").text
    return page


def test_gmail_is_offered_first_and_an_app_password_below(office, grace, at_desk):
    page = page_of(office, at_desk, "anna@gmail.com")

    assert "recommended" in page
    button, below = page.index(BUTTON.format("Gmail")), page.index("Or with an app password")
    assert button < below < page.index('name="password"')
    assert "Connect Outlook" not in page


def test_outlook_has_one_way_only_and_shared_mailboxes_are_thought_of(office, grace, at_desk):
    page = page_of(office, at_desk, "anna@outlook.com")

    assert BUTTON.format("Outlook") in page and 'name="password"' not in page
    assert "this is the only way" in page
    assert "For a shared mailbox, sign in as yourself" in page


def test_a_domain_whose_mx_is_googles_is_offered_gmail(office: Office, grace, at_desk):
    anna = office.person("anna@workspace.example")
    with office.deps.store.write() as db:
        mailbox_row(db, anna.mailbox_id or 0).mx_provider = "gmail"

    page = at_desk(anna.email).get("/mailbox").text

    assert BUTTON.format("Gmail") in page


def test_who_named_googles_server_is_offered_gmail(office: Office, grace, at_desk):
    anna = office.person("anna@workspace.example")
    desk = at_desk(anna.email)
    with office.deps.store.write() as db:
        replace_own_texts(db, anna.mailbox_id or 0, {"imap_host": "imap.gmail.com"})

    assert BUTTON.format("Gmail") in desk.get("/mailbox").text


def test_an_unknown_domain_has_the_password_first_and_may_choose(office, grace, at_desk):
    page = page_of(office, at_desk, "anna@example.org")

    assert "Is this Google Workspace or Microsoft 365?" in page
    assert page.index('name="password"') < page.index('form="connect-gmail"')
    assert 'action="/oauth/connect/gmail"' in page and 'action="/oauth/connect/outlook"' in page


def test_an_unknown_domain_is_offered_what_is_set_up_only(office, grace, at_desk):
    change_settings(office.deps, {"outlook_client_id": ""}, actor=ADMIN)

    page = page_of(office, at_desk, "anna@example.org")

    assert 'form="connect-gmail"' in page and "connect-outlook" not in page


def test_another_known_provider_is_told_that_there_is_no_oauth(office, grace, at_desk):
    page = page_of(office, at_desk, "anna@yahoo.com")

    assert "OAuth exists here for Gmail and Outlook only." in page
    assert "/oauth/connect" not in page and 'name="password"' in page


@pytest.mark.parametrize(("email", "app"), [("a@gmail.com", "Gmail"), ("a@outlook.com", "Outlook")])
def test_without_the_app_it_is_said_who_sets_it_up(office, grace, at_desk, email: str, app: str):
    take_apps_away(office)

    page = page_of(office, at_desk, email)

    assert NEEDED.format(app) in page and "/oauth/connect" not in page
    assert "/settings/oauth" not in page
    assert ('name="password"' in page) == (app == "Gmail")


def test_an_admin_is_led_to_where_the_app_is_set_up(office: Office, grace: Visitor):
    take_apps_away(office)
    anna = office.person("anna@outlook.com")

    page = grace.get(f"/mailboxes/{anna.mailbox_id}/config").text

    assert 'href="/settings/oauth#outlook"' in page


def test_an_admin_cannot_connect_for_somebody_else(office: Office, grace: Visitor):
    anna = office.person("anna@gmail.com")

    answer = grace.get(f"/mailboxes/{anna.mailbox_id}/config")

    assert "Nobody can agree in somebody else’s name." in answer.text
    assert f"{office.deps.base_url}/mailbox" in answer.text
    assert "/oauth/connect" not in answer.text and "recommended" in answer.text
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"]


def test_an_admin_is_not_offered_the_choice_of_an_unknown_domain(office: Office, grace: Visitor):
    anna = office.person("anna@example.org")

    page = grace.get(f"/mailboxes/{anna.mailbox_id}/config").text

    assert "connect-gmail" not in page and "/oauth/connect" not in page


def test_a_connected_mailbox_says_with_whom_since_when_and_how_it_is(token_office, grace, at_desk):
    box = token_office.connected()

    page = at_desk(box.person.email).get("/mailbox").text

    assert 'state-ok">Connected with Gmail' in page
    assert "good; renewed" in page and "the next time by itself" in page
    assert ">Reconnect</button>" in page and 'href="/oauth/disconnect"' in page
    assert "Use a password instead" in page


def test_outlook_has_no_password_to_go_back_to(token_office, grace, at_desk):
    box = token_office.connected(AppKey.OUTLOOK)

    page = at_desk(box.person.email).get("/mailbox").text

    assert "Connected with Outlook" in page
    assert 'name="password"' not in page and 'name="folders"' in page


def test_a_permission_that_ended_is_shown_as_ended(token_office, grace, at_desk):
    box = token_office.connected()
    with token_office.deps.store.write() as db:
        grant = grant_row(db, box.id)
        grant.ended_at = token_office.office.clock.now()
        grant.refresh_expires_at = token_office.office.clock.now() + timedelta(days=7)

    page = at_desk(box.person.email).get("/mailbox").text

    assert "The permission at Google has ended" in page
    assert 'class="btn btn-primary">Reconnect</button>' in page
    assert "Has to be given again" in page


def test_an_app_that_was_taken_away_is_said_and_not_offered(token_office, office, grace, at_desk):
    box = token_office.connected()
    take_apps_away(office)

    page = at_desk(box.person.email).get("/mailbox").text

    assert "which is not set up any more" in page
    assert "/oauth/connect" not in page and 'href="/oauth/disconnect"' in page


def test_the_owner_of_a_connected_mailbox_cannot_name_another_server(token_office, grace, at_desk):
    box = token_office.connected()

    answer = at_desk(box.person.email).post("/mailbox", do="save", imap_host="evil.example.org")

    assert answer.status_code == 400
    assert "While the mailbox is connected with Gmail, its own server is used." in answer.text


def test_the_mailbox_page_says_how_it_signs_in(token_office, office, grace, at_desk):
    by_token, by_password = token_office.connected(), office.mailbox(server=token_office.dovecot)

    page = at_desk(by_token.person.email).get(f"/mailboxes/{by_token.id}").text
    other = grace.get(f"/mailboxes/{by_password.id}").text

    assert "Gmail, by permission since" in page
    assert "signs in with a password" in other


@pytest.mark.parametrize(
    ("email", "says"), [("a@gmail.com", "Google’s own page"), ("a@b.org", "app password")]
)
def test_a_new_mailbox_says_what_connecting_takes(office, grace, at_desk, email, says):
    anna = office.person(email)

    own = at_desk(email).get(f"/mailboxes/{anna.mailbox_id}").text
    admins = grace.get(f"/mailboxes/{anna.mailbox_id}").text

    assert says in own and says in admins
    assert ("Connect Gmail" in own) == ("Google" in says) and "/oauth/connect" not in admins


def test_a_permission_is_read_as_it_was_given(token_office):
    box = token_office.connected(AppKey.OUTLOOK)

    with token_office.deps.store.read() as db:
        permission = read_permission(db, box.id)
        assert read_permission(db, 999) is None

    assert permission is not None and permission.app is AppKey.OUTLOOK
    assert "https://outlook.office.com/IMAP.AccessAsUser.All" in permission.scopes
    assert permission.connected_by == box.person.email and permission.ended_at is None
