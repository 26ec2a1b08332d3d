"""The sample office's mail server with the tokens of the local provider."""

import base64
import json
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailboxadmin.demo.people import SamplePerson, sample_people
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.domain.oauth import AppKey

PEOPLE = sample_people()
BEN = next(person for person in PEOPLE if person.email == "ben@example.org")


@pytest.fixture
def server(provider: LocalProvider) -> Iterator[DemoImapServer]:
    with DemoImapServer(PEOPLE, accepts=provider.opens) as running:
        yield running


@pytest.fixture
def client(server: DemoImapServer) -> Iterator[IMAPClient]:
    with IMAPClient(server.host, server.port, ssl=False, timeout=60) as connected:
        yield connected


def sign_in(client: IMAPClient, person: SamplePerson, token: str) -> list[bytes]:
    """Sign in by XOAUTH2, and give the challenges that the server sent."""
    challenges: list[bytes] = []

    def say(challenge: bytes) -> bytes:
        challenges.append(challenge)
        said = f"user={person.email}\1auth=Bearer {token}\1\1".encode()
        return said if len(challenges) == 1 else b""

    try:
        client.sasl_login("XOAUTH2", say)
    except LoginError as refusal:
        challenges.append(str(refusal).encode())
    return challenges


def test_tokens_are_offered_beside_passwords(client: IMAPClient):
    assert {b"AUTH=XOAUTH2", b"AUTH=PLAIN", b"AUTH=LOGIN"} <= set(client.capabilities())
    assert b"LOGINDISABLED" not in client.capabilities()

    client.login(BEN.email, BEN.imap_password)

    client.select_folder("INBOX")


def test_without_a_provider_there_are_passwords_only():
    with (
        DemoImapServer(PEOPLE) as server,
        IMAPClient(server.host, server.port, ssl=False, timeout=60) as client,
    ):
        assert b"AUTH=XOAUTH2" not in client.capabilities()


@pytest.mark.parametrize("key", AppKey)
def test_a_good_token_opens_its_own_mailbox(
    client: IMAPClient, provider: LocalProvider, key: AppKey
):
    tokens = provider.grant(BEN.email, key)

    client.oauth2_login(BEN.email.upper(), tokens.access_token)

    assert client.select_folder("INBOX")[b"EXISTS"] == 0


def test_a_bad_token_is_told_why_as_google_does(client: IMAPClient):
    challenges = sign_in(client, BEN, "no-such-token")

    assert json.loads(challenges[1]) == {
        "status": "400",
        "schemes": "Bearer",
        "scope": "https://mail.google.com/",
    }
    assert base64.b64encode(challenges[1]).startswith(b"eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmV")
    assert challenges[2].startswith(b"[AUTHENTICATIONFAILED]")


def test_after_a_refused_token_the_connection_takes_a_good_one(
    client: IMAPClient, provider: LocalProvider
):
    sign_in(client, BEN, "no-such-token")

    assert sign_in(client, BEN, provider.grant(BEN.email).access_token) == [b""]


@pytest.mark.parametrize("reason", ["expired", "revoked", "another account", "no mail scope"])
def test_a_token_that_opens_something_else_or_nothing_is_refused(
    client: IMAPClient, provider: LocalProvider, reason: str
):
    scopes = frozenset({"openid"}) if reason == "no mail scope" else None
    whose = "dana@example.org" if reason == "another account" else BEN.email
    token = provider.grant(whose, scopes=scopes).access_token
    if reason == "expired":
        provider.expire_access_tokens(BEN.email)
    if reason == "revoked":
        provider.revoke(BEN.email)

    assert sign_in(client, BEN, token)[-1].startswith(b"[AUTHENTICATIONFAILED]")


def test_a_delegate_opens_the_shared_mailbox(client: IMAPClient, provider: LocalProvider):
    tokens = provider.grant(BEN.email, AppKey.OUTLOOK)
    provider.delegate("info@example.org", to=BEN.email)

    client.oauth2_login("info@example.org", tokens.access_token)

    client.select_folder("INBOX")


def test_a_stranger_is_refused_whatever_the_provider_says():
    def says_yes(user: str, token: str) -> bool:
        return True

    with (
        DemoImapServer(PEOPLE, accepts=says_yes) as server,
        IMAPClient(server.host, server.port, ssl=False, timeout=60) as client,
        pytest.raises(LoginError),
    ):
        client.oauth2_login("nobody@example.org", "token")


def test_nonsense_is_no_sign_in(client: IMAPClient):
    with pytest.raises(LoginError, match="Invalid auth response"):
        client.sasl_login("XOAUTH2", lambda _: b"nonsense")
