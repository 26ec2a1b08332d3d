"""With another key each form says what has to be entered again, to everybody who reads it."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import expect

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.store.grants import REFRESH_TOKEN, put_token
from mailboxadmin.store.secrets import all_secret_rows, put_password
from mailboxadmin.store.tables_oauth import GrantRow
from mailboxadmin.store.vault import Vault
from tests.support.accessible import assert_accessible
from tests.support.browser import ServedOffice

ADMIN, ANN, BEN = (f"{name}@example.org" for name in ("grace", "ann", "ben"))


@pytest.fixture
def closed(serve) -> ServedOffice:
    """An office whose secrets another key sealed: Ann's password, Ben's permission, its own."""
    office = serve(scheduler=False)
    office.admin(ADMIN)
    ann, ben = (office.person(email).mailbox_id for email in (ANN, BEN))
    now, lost = office.clock.now(), Vault([Fernet.generate_key().decode()]).seal("a secret")
    texts = {"gmail_client_id": "1-x.apps.googleusercontent.com", "gmail_client_secret": "GOCSPX-x"}
    texts |= {"smtp_host": "mail.example.org", "smtp_password": "x", "imap_host": "i.example.org"}
    change_settings(office.deps, texts, actor=ADMIN)
    with office.deps.store.write() as db:
        put_password(db, ann, lost, "i.example.org:993/ssl", now)
        put_token(db, ben, REFRESH_TOKEN, lost, now)
        db.add(
            GrantRow(
                mailbox_id=ben,
                app=AppKey.GMAIL.value,
                scopes="mail",
                connected_at=now,
                connected_by=BEN,
                access_expires_at=now + timedelta(hours=1),
                refreshed_at=now,
                failures=0,
            )
        )
        for row in all_secret_rows(db):
            row.sealed = lost
    return office


@pytest.mark.parametrize(
    ("who", "way", "said"),
    [
        (ANN, "/mailbox", "The stored password cannot be opened"),
        (BEN, "/mailbox", "The permission cannot be opened"),
        (ADMIN, "/settings/notifications", "cannot be opened with the key that is here"),
        (ADMIN, "/settings/oauth", "cannot be opened with the key that is here"),
    ],
)
def test_the_form_says_so(closed: ServedOffice, open_page, who, way, said):
    page = open_page(closed, who)

    page.goto(way)

    expect(page.get_by_text(said).first).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)
