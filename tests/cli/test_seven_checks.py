"""`mailboxadmin doctor` finds each thing that can be wrong, and nothing else beside it."""

import pytest

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.store.tables_mail import MessageRow
from tests.cli.conftest import store_messages
from tests.support import broken, states
from tests.support.broken import Broken
from tests.support.office import Office


@pytest.mark.parametrize("scene", broken.ALL, ids=str)
def test_what_is_wrong_is_found_with_what_to_do(
    office: Office, run, monkeypatch: pytest.MonkeyPatch, scene: Broken
):
    states.tick(office)
    scene.breaks(office, monkeypatch)

    done = run("doctor", "--json")

    lines = {line["code"]: line for line in done.objects}
    assert done.status == 1
    assert scene.says in lines[scene.code]["summary"]
    assert scene.to_do in lines[scene.code]["fix"] != ""
    along = {code for code, line in lines.items() if not line["ok"]} - {scene.code}
    assert along == broken.ALONG.get(scene.breaks.__name__, set())


def test_an_app_password_and_complete_apps_are_in_order(office: Office, run):
    states.tick(office)
    broken.configured(office, "jonas@gmail.com", "abcd efgh ijkl mnop")
    for key in AppKey:
        broken.app(office, key)
    broken.granted(office, "zoe@gmail.com", AppKey.GMAIL, broken.GMAIL_SCOPE)

    done = run("doctor", "--json")

    lines = {line["code"]: line for line in done.objects}
    assert done.status == 0
    assert (
        "2 mailboxes sign in as the provider wants it: 1 with a permission"
        in (lines["sign_ins"]["summary"])
    )
    assert lines["oauth_apps"]["summary"].endswith("complete: Gmail and Outlook.")
    assert "http://localhost:8000/oauth/callback/outlook" in lines["redirect_uri"]["summary"]


def test_messages_without_uid_are_told_and_are_no_fault(office: Office, run):
    states.tick(office)
    mailbox_id = broken.configured(office, "anna@example.org", imap_host="mail.example.org")
    store_messages(office, mailbox_id, 3)
    with office.deps.store.write() as db:
        for row in db.query(MessageRow):
            row.uid, row.imported_at = None, office.clock.now()

    done = run("doctor", "--json")

    [line] = [line for line in done.objects if line["code"] == "read_status"]
    assert line["ok"]
    assert "3 messages have no UID yet: looked for on the server at each sync" in line["summary"]
