"""Answers that end too early, too late or not at all."""

import threading
import time

import pytest

from mailboxadmin.demo.deeds import IMPOSSIBLE_LITERAL, OVERFLOWING_LITERAL, Close, Drip, Stall
from mailboxadmin.domain.errors import Cancelled, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap.deadline import Deadline
from tests.imap.callers import account, facts_of, fetch_line, in_inbox, on_dovecot, session
from tests.support.scripted_steps import capability, expect, login, select

#: Enough to sign in and select on a busy machine; the test then waits for its end.
SHORT_S = 4.0


@pytest.mark.parametrize("line", [IMPOSSIBLE_LITERAL, OVERFLOWING_LITERAL])
def test_an_impossible_literal_is_not_understood_and_not_allocated(scripted_imap, line):
    with in_inbox(scripted_imap, expect("UID FETCH 1 ", line, Stall())) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert "a literal of 9999" in facts.detail


@pytest.mark.parametrize("line", ["* 1 FETCH (UID", "* 1 FETCH 5", "x", "* 1 FETCH (UID x)", "* {"])
def test_garbage_is_not_understood(scripted_imap, line):
    with in_inbox(scripted_imap, expect("UID FETCH 1 ", line, "{tag} OK done")) as ours:
        facts = facts_of(lambda: list(ours.flags([1])))

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert facts.phase is Phase.FETCH


def test_a_connection_that_ends_within_a_message_gives_no_half_message(scripted_imap):
    cut = expect("UID FETCH 1 ", b"* 1 FETCH (UID 1 BODY[] {500}\r\nonly this", Close())
    given = []

    with in_inbox(scripted_imap, cut) as ours:
        facts = facts_of(lambda: given.extend(ours.fetch([1])))

    assert facts.happening is Happening.CLOSED
    assert given == []


def test_what_came_whole_before_the_line_ended_is_given_first(scripted_imap):
    bye = expect("UID FETCH 1:3 ", fetch_line(1, 1), "* BYE FETCH failed", Close())
    given = []

    with in_inbox(scripted_imap, bye) as ours:
        facts = facts_of(lambda: given.extend(ours.fetch([1, 2, 3])))

    assert facts.happening is Happening.ANSWER_BYE
    assert [message.uid for message in given] == [1]


def test_a_bye_in_the_middle_is_told_with_its_words(scripted_imap):
    bye = expect("UID FETCH 1 ", "* BYE Session invalidated - AccessTokenExpired", Close())

    with in_inbox(scripted_imap, bye) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.ANSWER_BYE
    assert facts.server_said == "Session invalidated - AccessTokenExpired"


def test_a_command_refused_as_bad_is_told_with_its_words(scripted_imap):
    with in_inbox(
        scripted_imap, expect("UID SEARCH", "{tag} BAD Command Argument Error 11")
    ) as ours:
        facts = facts_of(ours.uids)

    assert facts.happening is Happening.ANSWER_BAD
    assert facts.server_said == "Command Argument Error 11"


def test_a_message_that_drips_is_ended_by_the_deadline(scripted_imap):
    drip = expect("UID FETCH 1 ", Drip(fetch_line(1, 1, b"x" * 10_000), bytes_per_s=20))
    began = time.monotonic()

    with in_inbox(scripted_imap, drip, deadline=Deadline.after(SHORT_S)) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.DEADLINE
    assert facts.phase is Phase.LOCAL
    assert time.monotonic() - began < 30


def test_the_deadline_and_a_person_end_a_session_over_tls_as_well(scripted_imap, certificates):
    script = [capability(), login("OK [CAPABILITY IMAP4rev1] in"), select(), expect("UID", Stall())]
    server = scripted_imap(script, script, certificate=certificates.good())
    to = account(server.port, encryption=Encryption.SSL)

    with session(to, ca_file=certificates.ca_file, deadline=Deadline.after(SHORT_S)) as ours:
        ours.select("INBOX")
        assert facts_of(ours.uids).happening is Happening.DEADLINE

    with session(to, ca_file=certificates.ca_file) as ours:
        ours.select("INBOX")
        threading.Timer(0.2, ours.cancel).start()
        with pytest.raises(Cancelled):
            ours.uids()


def test_a_command_without_an_answer_times_out(scripted_imap):
    with in_inbox(scripted_imap, expect("UID SEARCH", Stall())) as ours:
        ours._wire.connection.patience(0.3)
        facts = facts_of(ours.uids)

    assert facts.happening is Happening.TIMEOUT
    assert facts.phase is Phase.FETCH


def test_a_person_can_stop_a_session_that_waits_for_its_server(scripted_imap):
    with in_inbox(scripted_imap, expect("UID SEARCH", Stall())) as ours:
        threading.Timer(0.2, ours.cancel).start()
        began = time.monotonic()

        with pytest.raises(Cancelled):
            ours.uids()

    assert time.monotonic() - began < 30


def test_a_kicked_session_says_that_it_was_closed(dovecot):
    user = dovecot.user()

    with session(on_dovecot(dovecot, user)) as ours:
        dovecot.kick(user)
        facts = facts_of(lambda: ours.select("INBOX"))

    assert facts.happening in (Happening.ANSWER_BYE, Happening.CLOSED)
    assert facts.phase is Phase.FOLDERS


def test_leaving_a_server_that_does_not_say_goodbye_takes_no_time(scripted_imap):
    began = time.monotonic()

    in_inbox(scripted_imap, expect("LOGOUT", Stall())).close()

    assert time.monotonic() - began < 20
