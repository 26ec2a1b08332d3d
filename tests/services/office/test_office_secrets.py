"""Secrets among the settings: sealed, told as set or not, and nowhere in clear."""

import pytest
from sqlalchemy import select

from mailboxadmin.domain.errors import InvalidInputs, SecretUnreadable
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.services.office.oauth_apps import app_of, apps_set_up, redirect_uri
from mailboxadmin.services.office.settings import change_settings, office_values, read_settings
from mailboxadmin.store.secrets import office_secret_row
from mailboxadmin.store.tables import SecretRow, SettingRow
from tests.support.configuring import ADMIN, save
from tests.support.log import logged
from tests.support.office import Office

SECRET, OTHER = "kQ8~canary-of-the-office", "kQ8~another-one"
GUID = "11111111-2222-3333-4444-555555555555"
OUTLOOK = {"outlook_client_id": GUID, "outlook_client_secret": SECRET}


def put(office: Office, **texts: str) -> list[tuple[str, str]]:
    """Change them; what is told of each change."""
    changes = change_settings(office.deps, texts, actor=ADMIN)
    return [(change.before, change.after) for change in changes]


def shown(office: Office, key: str) -> str:
    return next(v.in_force for v in read_settings(office.deps) if v.setting.key == key)


def app(office: Office, key: AppKey = AppKey.OUTLOOK) -> App | None:
    with office.deps.store.read() as db:
        return app_of(db, office.deps, key)


def set_up(office: Office) -> frozenset[AppKey]:
    with office.deps.store.read() as db:
        return apps_set_up(db)


def lose_the_key(office: Office) -> None:
    with office.deps.store.write() as db:
        row = office_secret_row(db, "outlook_client_secret")
        assert row is not None
        row.sealed = b"sealed with a key that is gone"


def test_a_secret_is_sealed_and_not_among_the_settings(office: Office):
    put(office, **OUTLOOK)

    with office.deps.store.read() as db:
        texts = {row.key: row.value for row in db.scalars(select(SettingRow))}
        [sealed] = [row.sealed for row in db.scalars(select(SecretRow))]
        known = office_values(db)
    assert texts == {"outlook_client_id": GUID}
    assert SECRET.encode() not in sealed
    assert "outlook_client_secret" not in known


def test_all_that_is_told_is_set_changed_or_removed(office: Office):
    key = "outlook_client_secret"

    assert put(office, **{key: SECRET}) == [("", "set")]
    assert put(office, **{key: SECRET}) == []
    assert shown(office, key) == "set"
    assert put(office, **{key: OTHER}) == [("set", "changed")]
    assert put(office, **{key: ""}) == [("set", "removed")]
    assert put(office, **{key: ""}) == []
    assert shown(office, key) == "unset"


def test_the_log_has_no_secret(office: Office):
    put(office, **OUTLOOK)
    put(office, outlook_client_secret=OTHER)

    first, second = logged(office, "settings.changed")
    assert first.detail["changes"] == {
        "outlook_client_id": {"before": "", "after": GUID},
        "outlook_client_secret": {"before": "", "after": "set"},
    }
    assert second.detail["changes"] == {
        "outlook_client_secret": {"before": "set", "after": "changed"}
    }
    assert SECRET not in f"{first} {second}" and OTHER not in f"{first} {second}"


def test_a_fault_beside_it_keeps_the_secret_from_being_saved(office: Office):
    with pytest.raises(InvalidInputs) as refused:
        put(office, outlook_client_id="not a GUID", outlook_client_secret=SECRET)

    assert SECRET not in str(refused.value)
    assert shown(office, "outlook_client_secret") == "unset"


def test_an_app_is_set_up_once_it_has_a_client_id_and_a_secret(office: Office):
    assert (set_up(office), app(office)) == (frozenset(), None)
    put(office, outlook_client_id=GUID, outlook_tenant_id="Example.org")
    assert (set_up(office), app(office)) == (frozenset(), None)

    put(office, outlook_client_secret=SECRET)

    assert set_up(office) == {AppKey.OUTLOOK}
    assert app(office) == App(
        key=AppKey.OUTLOOK, client_id=GUID, client_secret=SECRET, tenant="example.org"
    )
    assert app(office, AppKey.GMAIL) is None


def test_without_a_tenant_anybody_may_sign_in_and_google_has_none(office: Office):
    put(office, **OUTLOOK, gmail_client_id="1-x.apps.googleusercontent.com")
    put(office, gmail_client_secret="GOCSPX-x", outlook_tenant_id="")

    outlook, gmail = app(office), app(office, AppKey.GMAIL)

    assert outlook is not None and outlook.tenant == "common"
    assert gmail is not None and gmail.tenant == ""
    assert SECRET not in repr(outlook)


def test_a_secret_whose_key_is_gone_is_said_and_can_be_entered_again(office: Office):
    put(office, **OUTLOOK)
    lose_the_key(office)

    assert set_up(office) == {AppKey.OUTLOOK}
    with pytest.raises(SecretUnreadable):
        app(office)
    assert put(office, check_every_minutes="10") == [("5", "10")]
    assert put(office, outlook_client_secret=SECRET) == [("set", "changed")]
    assert app(office) is not None


def test_a_secret_of_the_office_is_no_password_of_a_mailbox(office: Office):
    anna = office.person("anna@example.org")
    put(office, **OUTLOOK, imap_host="mail.example.org")

    save(office, anna, password="secret", set_by="operator", test=False)
    put(office, imap_host="new.example.org")

    assert app(office) is not None


def test_people_come_back_to_the_public_address(office: Office):
    uri = redirect_uri(office.deps, AppKey.GMAIL)

    assert uri == f"{office.deps.base_url}/oauth/callback/gmail"
