"""What belongs to one mailbox is taken out of a server's words; the rest stays."""

import pytest

from mailboxadmin.domain.cover import LONGEST, Private, covered, has_words

ANNA = Private(
    logins=["anna", "OFFICE\\akeller"], hosts=["mail.example.org", "nas"], folders=["Projekt Blau"]
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Account anna@example.org is locked", "Account <address> is locked"),
        ("Mail for <bert@other.example> is refused", "Mail for <<address>> is refused"),
        ('LOGIN "anna" not allowed', 'LOGIN "<login>" not allowed'),
        ("Anna is over quota; ANNA’s mail waits", "<login> is over quota; <login>’s mail waits"),
        ("User OFFICE\\akeller is unknown", "User <login> is unknown"),
        ("user 'somebody-else' has no mail here", "user '<login>' has no mail here"),
        ("annals are kept for anna-marie", "annals are kept for anna-marie"),
        ("mail.example.org:143 is closed", "<host>:143 is closed"),
        ("nas: no space left", "<host>: no space left"),
        ("try am0pr02mb1234.eurprd02.prod.outlook.com", "try <host>"),
        ("Too many connections from 192.0.2.7", "Too many connections from <ip>"),
        ("blocked [2001:db8::17], wait", "blocked [<ip>], wait"),
        ("Folder Projekt Blau is gone", "Folder <folder> is gone"),
        ("refused (Failure) a640c23a62f3a-ab6b7c1d2f1.54", "refused (Failure) <id>"),
        ("request 550e8400-e29b-41d4-a716-446655440000.", "request <id>."),
        ("ticket 123456789 is open", "ticket <id> is open"),
        ("at 2026-03-02T09:00:00.123Z it ended", "at <time> it ended"),
        ("Suggested Backoff Time: 1299 milliseconds", "Suggested Backoff Time: 1299 milliseconds"),
        ("AADSTS7000215: Invalid client secret", "AADSTS7000215: Invalid client secret"),
        ("the password •••• is wrong", "the password <secret> is wrong"),
        (
            "see https://support.google.com/mail/accounts/answer/78754?x=AKgnsb1",
            "see https://support.google.com/mail/accounts/answer/78754?<id>",
        ),
        ("see https://webmail.mail.example.org/unlock/17", "see <url>"),
        ("Authentication failed.", "Authentication failed."),
        ("System Error (Failure), error 53 of 4.7.1", "System Error (Failure), error 53 of 4.7.1"),
        ("a\x7fb\u2028c", "a…b…c"),
    ],
)
def test_what_is_covered(said: str, shown: str):
    assert covered(said, ANNA) == shown


def test_a_name_that_every_server_uses_is_covered_where_it_is_quoted():
    info = Private(logins=["info"], hosts=["example.org"])

    assert covered("no info about this mailbox", info) == "no info about this mailbox"
    assert covered('unknown user "info"', info) == 'unknown user "<login>"'


def test_long_words_are_cut_and_never_within_a_placeholder():
    long = covered("no anna@example.org! " * 200, ANNA)

    assert len(long) <= LONGEST
    assert long.endswith("…")
    assert "<" not in long.replace("<address>", "")


def test_covering_twice_changes_nothing():
    once = covered('anna@example.org from 192.0.2.7 at nas: "anna" a640c23a62f3a-ab6b', ANNA)

    assert covered(once, ANNA) == once


@pytest.mark.parametrize(("said", "left"), [("<id> …", False), ("", False), ("No <id>", True)])
def test_words_of_which_nothing_is_left_tell_nothing(said: str, left: bool):
    assert has_words(said) is left
