"""Troubleshooting tells how each mailbox signs in, how its permission is, and what ends soon."""

import pytest

from mailboxadmin.demo.provider_values import Refusal
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from tests.support.visitor import Visitor

PAGE = "/troubleshooting"
TABLE = "/troubleshooting/mailboxes"


@pytest.fixture
def grace(token_office) -> Visitor:
    token_office.office.admin("grace@example.org")
    visitor = Visitor(token_office.office.app)
    assert visitor.sign_in("grace@example.org").status_code == 302
    return visitor


def row_of(page: str, address: str) -> str:
    table = page.split('class="table table-calm table-sign-ins"')[1]
    return next(row for row in table.split("<tr>") if address in row)


def test_a_permission_is_told_with_scopes_ages_and_the_way_back(token_office, grace):
    ann = token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(minutes=20)

    row = row_of(grace.get(TABLE).text, ann.person.email)

    assert "Outlook, by permission" in row
    assert "https://outlook.office.com/IMAP.AccessAsUser.All" in row
    assert "http://localhost:8000/oauth/callback/outlook" in row
    assert "20 min ago" in row
    assert 'datetime="2026-03-02T10:00:00Z"' in row  # good until
    assert 'datetime="2026-03-02T09:50:00Z"' in row  # next renewal
    assert not any(token in row for token in token_office.tokens(ann))


def test_passwords_and_new_mailboxes_are_told_too(token_office, grace):
    ben = token_office.office.mailbox(server=token_office.dovecot)
    new = token_office.box()
    page = grace.get(TABLE).text

    assert "Password" in row_of(page, ben.person.email)
    assert "Not connected yet" in row_of(page, new.person.email)


def test_an_ended_permission_and_an_app_that_is_gone_are_marked(token_office, grace):
    ann, ben = token_office.connected(), token_office.connected(AppKey.OUTLOOK)
    token_office.office.clock.advance(hours=2)
    token_office.provider.fail_always(
        Refusal(error="invalid_grant", description="Bad Request"), key=AppKey.GMAIL
    )
    token_office.office.sync(ann)
    change_settings(token_office.deps, {"outlook_client_id": ""}, actor=COMMAND_LINE)
    page = grace.get(TABLE).text

    assert "ended" in row_of(page, ann.person.email)
    assert "not by itself" in row_of(page, ann.person.email)
    assert "app not set up" in row_of(page, ben.person.email)


def test_what_ends_soon_stands_there_with_what_to_do(token_office, grace):
    assert "Before it breaks" not in grace.get(PAGE).text
    change_settings(
        token_office.deps, {"outlook_secret_expires_on": "2026-03-10"}, actor=COMMAND_LINE
    )

    page = grace.get(PAGE).text

    assert "Before it breaks" in page
    assert "The client secret of the Outlook app ends in 8 days (10 March)" in page


def test_no_page_asks_a_provider_for_a_token(token_office, grace):
    ann = token_office.connected()
    token_office.office.sync(ann)
    token_office.office.clock.advance(hours=2)
    owner = Visitor(token_office.office.app)
    assert owner.sign_in(ann.person.email).status_code == 302
    asked = token_office.provider.token_requests

    for path in ("/mailbox", f"/mailboxes/{ann.id}", "/mail", "/activity", "/beat"):
        assert owner.get(path).status_code == 200, path
    for path in ("/", f"/mailboxes/{ann.id}", PAGE, "/settings/oauth", "/staff", "/healthz"):
        assert grace.get(path).status_code in (200, 503), path

    assert token_office.provider.token_requests == asked
