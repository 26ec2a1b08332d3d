"""The support bundle: shown as it is, and without a secret of any kind or anybody's name."""

import io
import json
import zipfile

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE, Code, Level
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.trouble.bundle import bundle_parts
from mailboxadmin.store.grants import ACCESS_TOKEN, REFRESH_TOKEN, put_token
from mailboxadmin.store.secrets import put_password
from mailboxadmin.store.tables import MailboxRow
from tests.support import broken, states
from tests.support.log import logged
from tests.support.office import Office
from tests.support.visitor import Visitor

PAGE = "/troubleshooting/bundle"
CANARIES = {
    "password": "pass-CANARY-word",
    "access token": "ya29.CANARYaccess0token1of2nobody3else4here",
    "refresh token": "1//CANARYrefresh-token",
    "client secret": "GOCSPX-CANARY-secret",
    "hook": "https://hooks.example.net/services/CANARY/T0/B0",
}


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    states.tick(office)
    return at_desk("grace@example.org")


@pytest.fixture
def full(office: Office) -> Office:
    """An office with every kind of secret, and a log in which somebody let them slip."""
    jonas = states.somebody(office, "Jonas Whitcombe")
    mailbox = states.put(
        office, jonas, State.NEEDS_ACTION, states.finding(server_said="NO jonas@example.org 7")
    )
    broken.app(office, AppKey.GMAIL, gmail_client_secret=CANARIES["client secret"])
    contact = {"help_contact": "Ask Jonas Whitcombe, jw@elsewhere.example, 555-1234"}
    change_settings(office.deps, contact, actor=COMMAND_LINE)
    now = office.clock.now()
    with office.deps.store.write() as db:
        seal = office.deps.vault.seal
        db.get_one(MailboxRow, mailbox).username = "jwhitcombe77"
        put_token(db, mailbox, ACCESS_TOKEN, seal(CANARIES["access token"]), now)
        put_token(db, mailbox, REFRESH_TOKEN, seal(CANARIES["refresh token"]), now)
        put_password(db, mailbox, seal(CANARIES["password"]), "mail.example.org:993/ssl", now)
    slipped = " ".join(CANARIES.values())
    states.log(
        office,
        Code.SYNC_FAILED,
        f"jonas@example.org jwhitcombe77 on imap.gmail.com: {slipped}",
        mailbox_id=mailbox,
        level=Level.ERROR,
        said=[slipped, {"deep": slipped}],
    )
    return office


def contents(file: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_secret_and_nobody_is_in_it(full: Office, grace: Visitor):
    answer = grace.post(PAGE)

    files = contents(answer.data)
    text = "\n".join(files.values())
    assert answer.mimetype == "application/zip"
    for canary in CANARIES.values():
        assert canary not in text
    assert "CANARY" not in text
    for private in ("jonas@", "Jonas", "Whitcombe", "jwhitcombe77", "jw@elsewhere", "grace@"):
        assert private not in text
    assert str(full.deps.instance) not in text
    key = (full.deps.instance / "secret.key").read_text().strip()
    assert key not in text


def test_what_helps_is_in_it(full: Office, grace: Visitor):
    files = contents(grace.post(PAGE).data)

    assert list(files) == [part.name for part in bundle_parts(full.deps)]
    assert "SQLAlchemy" in files["versions.txt"]
    settings = json.loads(files["settings.json"])
    assert settings["gmail_client_secret"] == "set"
    assert settings["outlook_client_secret"] == "not set"
    [mailbox] = json.loads(files["mailboxes.json"])
    assert mailbox["mailbox"].startswith("person-")
    assert mailbox["finding"]["code"] == "auth.bad_credentials"
    assert mailbox["settings"]["check_every_minutes"] == {"value": 5, "from": "built in"}
    assert "imap.gmail.com" in files["activity.json"]
    assert {line["code"] for line in json.loads(files["checks.json"])} >= {"errors", "clock"}
    assert "To do:" in files["checks.txt"]


def test_the_page_shows_exactly_what_is_in_it_and_the_log_says_it_was_made(
    full: Office, grace: Visitor
):
    page = grace.get(PAGE).text
    before = logged(full, Code.BUNDLE_CREATED)
    files = contents(grace.post(PAGE).data)

    assert before == []
    assert [row.actor for row in logged(full, Code.BUNDLE_CREATED)] == ["grace@example.org"]
    for name in files:
        assert f"<b>{name}</b>" in page
    assert "&#34;gmail_client_secret&#34;: &#34;set&#34;" in page
    assert "CANARY" not in page
    assert f'href="{PAGE}"' in grace.get("/troubleshooting").text


def test_it_is_for_admins(office: Office, grace: Visitor, at_desk):
    anna = at_desk(office.person("anna@example.org").email)

    assert anna.get(PAGE).status_code == 403
    assert anna.post(PAGE, form_at="/password").status_code == 403
    assert grace.post_without_token(PAGE).status_code == 400
