"""Settings, OAuth: what is shown of an app, what is saved, and that no secret comes back."""

import re
from datetime import timedelta

import pytest

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.office.oauth_apps import app_of
from mailboxadmin.services.office.settings import change_settings, read_settings
from mailboxadmin.store.secrets import office_secret_row
from tests.support.configuring import ADMIN
from tests.support.log import logged
from tests.support.oauth_office import entered, set_up, use_provider
from tests.support.office import Office
from tests.support.visitor import Visitor

PAGE = "/settings/oauth"
CHECK = f"{PAGE}?check=yes"
CANARY = "kQ8~canary-in-the-coal-mine"
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
OUTLOOK = {"app": "outlook", "outlook_client_id": CLIENT_ID, "outlook_client_secret": CANARY}
GOOGLE_ID = "1234-abcd.apps.googleusercontent.com"


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    """The admin at her desk."""
    office.admin(ADMIN)
    return at_desk(ADMIN)


def text_of(office: Office, key: str) -> str:
    return next(view.text for view in read_settings(office.deps) if view.setting.key == key)


def secret_of(office: Office) -> str | None:
    with office.deps.store.read() as db:
        app = app_of(db, office.deps, AppKey.OUTLOOK)
        return app and app.client_secret


def card(page: str, key: str) -> str:
    """The part of the page that is about one app."""
    return page.partition(f'id="{key}" aria-labelledby')[2].partition("</section>")[0]


def standing(page: str, key: str) -> tuple[str, str]:
    found = re.search(r'state state-(\w+)">([^<]*)<', card(page, key))
    assert found is not None
    return found[1], found[2]


def fault_beside(page: str, key: str) -> str:
    found = re.search(rf'id="{key}-fault">([^<]*)<', page)
    return found[1] if found else ""


def value_in(page: str, key: str) -> str:
    field = re.search(rf'<input[^>]*id="{key}"[^>]*>', page)
    assert field is not None
    found = re.search(r'value="([^"]*)"', field[0])
    return found[1] if found else ""


def test_each_app_has_its_fields_its_redirect_uri_and_its_guide(office: Office, grace: Visitor):
    page = grace.get(PAGE).text

    for key in AppKey:
        own = card(page, key)
        assert f"{office.deps.base_url}/oauth/callback/{key}</textarea>" in own
        assert f"How to set it up at {key.company}" in own
        assert standing(page, key) == ("idle", "Not set up")
        for setting in SETTINGS.values():
            assert (f'name="{setting.key}"' in own) is (setting.app is key)


def test_the_guides_name_what_must_not_be_missed(grace: Visitor):
    page = grace.get(PAGE).text

    google, microsoft = card(page, "gmail"), card(page, "outlook")
    for words in ("7 days", "100", "Internal", "https://mail.google.com/", "Web application"):
        assert words in google
    for words in ("IMAP.AccessAsUser.All", "offline_access", "SMTP.Send", "admin consent"):
        assert words in microsoft
    assert "not the Secret ID" in microsoft and "Web</b>" in microsoft


def test_the_settings_lead_there_and_back(grace: Visitor):
    assert f'href="{PAGE}"' in grace.get("/settings").text
    assert 'href="/settings"' in grace.get(PAGE).text


def test_saving_says_what_changed_and_seals_the_secret(office: Office, grace: Visitor):
    answer = grace.post(PAGE, **OUTLOOK, outlook_tenant_id="Example.org")

    page = grace.get(PAGE).text
    assert answer.location == f"{PAGE}#main"
    assert f"Outlook client ID: not set → {CLIENT_ID}" in page
    assert "Outlook client secret: not set → set" in page
    assert "Outlook tenant: not set → example.org" in page
    assert standing(page, "outlook") == ("ok", "Set up")
    assert standing(page, "gmail") == ("idle", "Not set up")
    assert secret_of(office) == CANARY


def test_a_secret_comes_back_in_no_answer_and_no_log(office: Office, grace: Visitor):
    grace.post(PAGE, **OUTLOOK)
    refused = grace.post(PAGE, **{**OUTLOOK, "outlook_client_id": "not an id"})

    pages = [grace.get(path).text for path in (PAGE, "/settings", "/activity", "/troubleshooting")]
    assert refused.status_code == 400
    assert all(CANARY not in page for page in [refused.text, *pages])
    assert value_in(refused.text, "outlook_client_secret") == ""
    assert CANARY not in str(logged(office, "settings.changed"))


def test_an_empty_secret_keeps_the_one_there_is(office: Office, grace: Visitor):
    grace.post(PAGE, **OUTLOOK)

    grace.post(PAGE, app="outlook", outlook_client_id=CLIENT_ID, outlook_tenant_id="common")

    assert secret_of(office) == CANARY
    assert text_of(office, "outlook_tenant_id") == "common"


def test_a_secret_can_be_removed_and_replaced(office: Office, grace: Visitor):
    assert "Remove the stored secret" not in grace.get(PAGE).text
    grace.post(PAGE, **OUTLOOK)

    grace.post(PAGE, **{**OUTLOOK, "outlook_client_secret": "another"})
    replaced = grace.get(PAGE).text
    grace.post(PAGE, app="outlook", outlook_client_id=CLIENT_ID, remove_secret="y")
    removed = grace.get(PAGE).text

    assert "Outlook client secret: set → changed" in replaced
    assert "Outlook client secret: set → removed" in removed
    assert standing(removed, "outlook") == ("act", "The client secret is missing")
    assert secret_of(office) is None


def test_a_fault_stands_beside_its_field_and_nothing_is_lost(office: Office, grace: Visitor):
    answer = grace.post(
        PAGE,
        app="outlook",
        outlook_client_id=CLIENT_ID,
        outlook_client_secret="99999999-2222-3333-4444-555555555555",
        outlook_tenant_id="not a tenant",
    )

    assert answer.status_code == 400
    assert "This is the Secret ID" in fault_beside(answer.text, "outlook_client_secret")
    assert "Directory (tenant) ID" in fault_beside(answer.text, "outlook_tenant_id")
    assert value_in(answer.text, "outlook_client_id") == CLIENT_ID
    assert value_in(answer.text, "outlook_tenant_id") == "not a tenant"
    assert text_of(office, "outlook_client_id") == ""


def test_one_form_changes_nothing_of_the_other_app(office: Office, grace: Visitor):
    grace.post(PAGE, **OUTLOOK)

    grace.post(PAGE, app="gmail", gmail_client_id=GOOGLE_ID, outlook_client_id="")

    assert text_of(office, "outlook_client_id") == CLIENT_ID
    assert text_of(office, "gmail_client_id") == GOOGLE_ID


@pytest.mark.parametrize("app", ["", "yahoo", "../gmail"])
def test_there_are_no_other_apps(grace: Visitor, app: str):
    assert grace.post(PAGE, app=app).status_code == 400


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (-1, "act", "The client secret ended on"),
        (0, "wait", "The client secret ends on"),
        (30, "wait", "The client secret ends on"),
        (31, "ok", "Set up, until"),
    ],
)
def test_the_end_of_a_secret_is_said(office: Office, grace: Visitor, days, kind, words):
    ends_on = office.clock.now().astimezone().date() + timedelta(days=days)

    grace.post(PAGE, **OUTLOOK, outlook_secret_expires_on=ends_on.isoformat())

    told = standing(grace.get(PAGE).text, "outlook")
    assert told == (kind, f"{words} {ends_on.day} {ends_on:%b %Y}")


def test_a_secret_that_cannot_be_opened_is_asked_for_again(office: Office, grace: Visitor):
    grace.post(PAGE, **OUTLOOK)
    with office.deps.store.write() as db:
        row = office_secret_row(db, "outlook_client_secret")
        assert row is not None
        row.sealed = b"sealed with a key that is gone"

    lost = standing(grace.get(PAGE).text, "outlook")
    grace.post(PAGE, **OUTLOOK)

    assert lost == ("act", "The client secret cannot be opened: enter it again")
    assert standing(grace.get(PAGE).text, "outlook") == ("ok", "Set up")


def test_a_client_id_of_an_odd_shape_is_kept_with_a_warning(office: Office, grace: Visitor):
    grace.post(PAGE, app="gmail", gmail_client_id="my-own-provider")

    page = grace.get(PAGE).text
    assert "this one does not. Copy it again." in card(page, "gmail")
    assert text_of(office, "gmail_client_id") == "my-own-provider"


def test_another_address_in_the_browser_is_warned_of(office: Office, grace: Visitor):
    page = grace.get(PAGE).text

    warned = "This page came from http://localhost," in page
    assert warned is (office.deps.base_url != "http://localhost")


def test_saving_without_a_token_is_refused(office: Office, grace: Visitor):
    assert grace.post_without_token(PAGE, **OUTLOOK).status_code == 400
    assert secret_of(office) is None


def test_staff_neither_see_nor_change_it(office: Office, at_desk, grace: Visitor):
    office.person("anna@example.org")
    change_settings(office.deps, {"gmail_client_id": GOOGLE_ID}, actor=ADMIN)
    anna = at_desk("anna@example.org")

    page, saved = anna.get(PAGE), anna.post(PAGE, form_at="/password", **OUTLOOK)

    assert (page.status_code, saved.status_code) == (403, 403)
    assert GOOGLE_ID not in page.text
    assert secret_of(office) is None


@pytest.fixture
def asked(office: Office, provider: LocalProvider) -> LocalProvider:
    """The provider that the office asks."""
    use_provider(office, provider)
    return provider


def test_a_check_saves_first_and_says_that_it_works(office: Office, grace, asked: LocalProvider):
    answer = grace.post(CHECK, form_at=PAGE, app="outlook", **entered(asked, AppKey.OUTLOOK))

    own = card(answer.text, "outlook")
    assert answer.status_code == 200
    assert "Microsoft accepts the app." in own
    assert "Only the first connection shows" in own
    assert "Outlook client secret: not set → set" in answer.text
    assert secret_of(office) == asked.app(AppKey.OUTLOOK).client_secret
    assert "accepts the app" not in card(answer.text, "gmail")


def test_a_check_of_what_is_stored_changes_nothing(office: Office, grace, asked: LocalProvider):
    set_up(office, asked, AppKey.GMAIL)
    client_id = asked.app(AppKey.GMAIL).client_id

    answer = grace.post(CHECK, form_at=PAGE, app="gmail", gmail_client_id=client_id)

    assert "Google accepts the app." in card(answer.text, "gmail")
    assert "Nothing was changed." not in answer.text
    assert len(logged(office, "settings.changed")) == 1


def test_what_is_wrong_with_an_app_is_said_with_what_to_do(office, grace, asked: LocalProvider):
    texts = entered(asked, AppKey.OUTLOOK, outlook_client_secret=CANARY)

    answer = grace.post(CHECK, form_at=PAGE, app="outlook", **texts)

    own = card(answer.text, "outlook")
    assert "Microsoft does not accept the client secret of the Outlook app." in own
    assert "oauth.client_invalid" in own and "AADSTS7000215" in own
    assert "Copy its Value at once (not the Secret ID)" in own
    assert "new mail waits on the server" not in own
    assert standing(answer.text, "outlook") == ("act", "Set up, but it does not work")
    assert CANARY not in answer.text


def test_of_an_app_for_everybody_no_more_is_said_than_is_known(office, grace, asked):
    texts = entered(asked, AppKey.OUTLOOK, outlook_tenant_id="")

    answer = grace.post(CHECK, form_at=PAGE, app="outlook", **texts)

    own = card(answer.text, "outlook")
    assert "Nothing wrong was found, as far as Microsoft tells." in own
    assert "accepts" not in own


def test_half_an_app_is_saved_and_what_is_missing_is_said(office: Office, grace, asked):
    answer = grace.post(CHECK, form_at=PAGE, app="gmail", gmail_client_id=GOOGLE_ID)

    assert answer.status_code == 400
    assert "Google cannot be asked" in fault_beside(answer.text, "gmail_client_secret")
    assert "Nothing was saved" not in answer.text
    assert text_of(office, "gmail_client_id") == GOOGLE_ID
    assert asked.token_requests == 0
