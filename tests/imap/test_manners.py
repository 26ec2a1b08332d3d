"""How a session behaves towards a server: introduced, on one connection, and with a goodbye."""

import pytest

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.message import SEEN
from tests.imap.callers import account, facts_of, failure, on_dovecot, opened, session
from tests.support import mails
from tests.support.scripted_steps import capability, expect, login, select


def test_we_introduce_ourselves_before_anything_else_and_say_goodbye(scripted_imap):
    server = scripted_imap(
        [
            capability(),
            login("OK in"),
            capability("IMAP4rev1 ID"),
            expect(r'ID \("name" "Mailbox Admin"\)$', "* ID NIL", "{tag} OK done"),
            select(exists=1),
            expect("UID SEARCH ALL$", "* SEARCH 1", "{tag} OK done"),
            select("Sent", exists=0),
            expect("LOGOUT$", "* BYE until then", "{tag} OK done"),
        ]
    )

    with session(account(server.port)) as ours:
        ours.select("INBOX")
        ours.uids()
        ours.select("Sent")

    assert server.commands[-1] == "LOGOUT"


@pytest.mark.parametrize("encryption", [Encryption.NONE, Encryption.SSL, Encryption.STARTTLS])
def test_everything_goes_over_one_connection_which_is_closed_cleanly(dovecot, encryption):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(3))
    dovecot.deliver_many(user, mails.generate(3), "Projects")

    with session(on_dovecot(dovecot, user, encryption), ca_file=dovecot.ca_file) as ours:
        for folder in ("INBOX", "Projects", "INBOX"):
            ours.status(folder)
            since = ours.select(folder, writable=True).highest_modseq
            assert len(list(ours.fetch(ours.uids()))) == 3
            ours.store_flag([1], SEEN, on=True, unchanged_since=since)
            assert dovecot.connections(user) == 1

    assert dovecot.logins_of(user).accepted == 1
    last = [line for line in dovecot.log_text().splitlines() if f"imap({user.name})" in line][-1]
    assert "Disconnected: Logged out" in last


def test_after_a_refusal_the_goodbye_is_said_all_the_same(scripted_imap):
    steps = [
        expect("EXAMINE ", "{tag} NO [NOPERM] not yours"),
        expect("LOGOUT$", "* BYE", "{tag} OK x"),
    ]

    with opened(scripted_imap, *steps) as ours:
        assert facts_of(lambda: ours.select("INBOX")).happening is Happening.ANSWER_NO


def test_after_an_answer_that_broke_off_the_goodbye_is_still_said(scripted_imap):
    steps = [expect("UID SEARCH", "nonsense"), expect("LOGOUT$", "* BYE", "{tag} OK x")]

    with opened(scripted_imap, select(), *steps) as ours:
        ours.select("INBOX")
        assert facts_of(ours.uids).happening is Happening.NOT_UNDERSTOOD


def test_a_session_too_many_is_told_and_not_tried_again_from_here(start_dovecot):
    dovecot = start_dovecot(max_userip_connections=1)
    user = dovecot.user()

    with session(on_dovecot(dovecot, user)):
        facts, _ = failure(on_dovecot(dovecot, user))

    assert facts.response_code == "LIMIT"
    assert dovecot.logins_of(user).over_limit == 1
