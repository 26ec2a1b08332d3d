"""`mailboxadmin oauth`, on permissions that were given at the local provider."""

import pytest

from mailboxadmin.demo.provider_values import DOWN, Refusal
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey

KEYS = [
    "mailbox",
    "method",
    "app",
    "app_set_up",
    "scopes",
    "connected_at",
    "connected_by",
    "access_expires_at",
    "refreshed_at",
    "next_refresh_at",
    "refresh_expires_at",
    "ended_at",
    "redirect_uri",
]


@pytest.fixture
def run(cli, token_office):
    """Run a command on the office of tokens."""
    return lambda *arguments: cli("oauth", *arguments, deps=token_office.deps)


def test_status_tells_how_each_mailbox_signs_in_and_never_a_token(run, token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    ben = token_office.office.mailbox(server=token_office.dovecot)
    new = token_office.box()

    done = run("status", "--json")

    lines = {line["mailbox"]: line for line in done.objects}
    assert list(lines) == sorted(lines)
    assert all(list(line) == KEYS for line in lines.values())
    assert lines[ann.person.email] == {
        "mailbox": ann.person.email,
        "method": "oauth",
        "app": "outlook",
        "app_set_up": True,
        "scopes": ["https://outlook.office.com/IMAP.AccessAsUser.All"],
        "connected_at": "2026-03-02T09:00:00Z",
        "connected_by": ann.person.email,
        "access_expires_at": "2026-03-02T10:00:00Z",
        "refreshed_at": "2026-03-02T09:00:00Z",
        "next_refresh_at": "2026-03-02T09:50:00Z",
        "refresh_expires_at": None,
        "ended_at": None,
        "redirect_uri": "http://localhost:8000/oauth/callback/outlook",
    }
    assert lines[ben.person.email]["method"] == "password"
    assert lines[new.person.email]["method"] is None
    assert not any(token in done.out for token in token_office.tokens(ann))


def test_no_password_is_missed_where_there_is_a_permission(cli, token_office):
    ann = token_office.connected(AppKey.OUTLOOK)

    done = cli("mailbox", "set", ann.person.email, "--folder", "INBOX", deps=token_office.deps)

    assert done.status == 0
    assert "No password" not in done.err


def test_status_of_one(run, token_office):
    ann = token_office.connected()
    token_office.connected()

    done = run("status", ann.person.email)

    assert done.status == 0
    assert ann.person.email in done.out
    assert "Gmail OAuth" in done.out
    assert len(done.out.splitlines()) == 2


def test_status_of_nobody_is_wrong_input(run):
    done = run("status", "nobody@example.org", "--json")

    assert (done.status, done.out) == (2, "")
    assert "nobody@example.org" in done.complaint


def test_refresh_renews_a_token_that_is_good_still(run, token_office):
    ann = token_office.connected(AppKey.OUTLOOK)
    before = token_office.tokens(ann)

    done = run("refresh", ann.person.email)

    assert (done.status, done.out) == (0, f"The token of {ann.person.email} was renewed.\n")
    assert set(token_office.tokens(ann)).isdisjoint(before)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (DOWN, "oauth.provider_unavailable"),
        (Refusal(error="invalid_grant", description="Bad Request"), "oauth.grant_expired"),
    ],
)
def test_refresh_says_what_is_wrong(run, token_office, fault, code):
    ann = token_office.connected()
    token_office.provider.fail_next(fault)

    done = run("refresh", ann.person.email)

    assert done.status == 1
    assert f"[{code}]" in done.out


@pytest.mark.parametrize("command", ["refresh", "disconnect"])
def test_a_mailbox_with_a_password_has_no_permission(run, token_office, command):
    ben = token_office.office.mailbox(server=token_office.dovecot)

    done = run(command, ben.person.email)

    assert (done.status, done.complaint) == (
        2,
        "mailbox: It is not connected with Gmail or Outlook.",
    )


def test_disconnect_has_google_end_the_permission(run, token_office):
    ann = token_office.connected()

    done = run("disconnect", ann.person.email)

    assert done.status == 0
    assert "Google has ended the permission too." in done.out
    assert token_office.office.state(ann) is State.NEW
    assert not token_office.provider.refresh_tokens_of(ann.account.name)


def test_disconnect_says_where_the_owner_ends_it_at_microsoft(run, token_office):
    ann = token_office.connected(AppKey.OUTLOOK)

    done = run("disconnect", ann.person.email)

    assert "https://myapps.microsoft.com" in done.out
    assert "https://account.live.com/consent/Manage" in done.out
