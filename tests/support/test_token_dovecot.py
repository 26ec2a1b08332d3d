"""A real Dovecot that asks the local provider about every token."""

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailboxadmin.domain.oauth import AppKey
from tests.support.token_dovecot import TokenQuestions


def sign_in(server, user, token: str) -> None:
    with IMAPClient(server.host, server.port, ssl=False, timeout=60) as client:
        client.oauth2_login(str(user), token)
        client.select_folder("INBOX", readonly=True)


@pytest.mark.parametrize("key", AppKey)
def test_a_good_token_opens_the_mailbox(provider, token_dovecot, key):
    ann = token_dovecot.user()
    tokens = provider.grant(ann.name, key)

    sign_in(token_dovecot, ann, tokens.access_token)

    assert token_dovecot.logins_of(ann).accepted == 1


def test_oauthbearer_is_taken_too(provider, token_dovecot):
    ann = token_dovecot.user()
    tokens = provider.grant(ann.name)

    with IMAPClient(token_dovecot.host, token_dovecot.port, ssl=False, timeout=60) as client:
        client.oauthbearer_login(ann.name, tokens.access_token)


def test_passwords_still_work(provider, token_dovecot):
    ann = token_dovecot.user()

    token_dovecot.client(ann).logout()
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        token_dovecot.client(type(ann)(ann.name, "not the password"))

    assert token_dovecot.logins_of(ann).accepted == 1
    assert token_dovecot.logins_of(ann).refused == 1


def test_tokens_that_open_nothing_are_refused_and_counted(provider, token_dovecot):
    ann, ben = token_dovecot.user(), token_dovecot.user()
    expired, revoked = provider.grant(ann.name), provider.grant(ann.name, AppKey.OUTLOOK)
    provider.expire_access_tokens(ann.name, AppKey.GMAIL)
    provider.revoke(ann.name, AppKey.OUTLOOK)
    of_ben = provider.grant(ben.name)
    graph = provider.grant(ann.name, scopes=frozenset({"openid"}))

    for tokens in (expired, revoked, of_ben, graph):
        with pytest.raises(LoginError, match=r"^b?'?\[AUTHENTICATIONFAILED\]"):
            sign_in(token_dovecot, ann, tokens.access_token)

    assert token_dovecot.logins_of(ann).accepted == 0
    assert token_dovecot.logins_of(ann).refused == 4


def test_a_delegates_token_opens_the_shared_mailbox_and_no_other(provider, token_dovecot):
    ann, info, other = (token_dovecot.user() for _ in range(3))
    tokens = provider.grant(ann.name, AppKey.OUTLOOK)
    provider.delegate(info.name, to=ann.name)

    sign_in(token_dovecot, info, tokens.access_token)
    sign_in(token_dovecot, ann, tokens.access_token)

    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        sign_in(token_dovecot, other, tokens.access_token)


def test_a_server_that_takes_each_refusal_for_a_fault_says_unavailable(provider, start_dovecot):
    server = start_dovecot(tokens=TokenQuestions(url=provider.userinfo_url, mode="auth"))
    ann = server.user()
    good = provider.grant(ann.name)

    sign_in(server, ann, good.access_token)

    with pytest.raises(LoginError, match=r"\[UNAVAILABLE\]"):
        sign_in(server, ann, "no-such-token")
