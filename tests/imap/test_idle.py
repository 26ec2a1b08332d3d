"""Waiting for a server on the wire: IDLE, what ends it, and DONE; nothing else is said."""

import threading

import pytest

from mailboxadmin.demo.deeds import Close, Pause
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap.idle import Woke
from mailboxadmin.imap.waker import Waker
from tests.imap.callers import facts_of, in_inbox, on_dovecot, session
from tests.support import mails
from tests.support.scripted_steps import answer, expect

CAPABLE = "IMAP4rev1 IDLE"


@pytest.fixture
def waker():
    made = Waker()
    yield made
    made.close()


def never():
    return False


def idle(*lines):
    """IDLE, and what the server says then."""
    return expect("IDLE$", "+ idling", *lines)


DONE = answer("DONE$", "{tag} OK done")


@pytest.mark.parametrize(
    "told",
    [
        "* 10 EXISTS",
        "* 3 EXPUNGE",
        "* 9 FETCH (FLAGS (\\Seen))",
        "* VANISHED 41,43:44",
        "* 10 exists",
        "* 9 FETCH (UID 7 X {7}\r\n* 1 BYE)",
    ],
)
def test_a_change_ends_the_wait(scripted_imap, waker, told):
    ours = in_inbox(scripted_imap, idle(told), DONE, capabilities=CAPABLE)

    with ours:
        assert ours.idle(waker, never) is Woke.CHANGED


def test_a_change_told_before_the_wait_began_is_not_missed(scripted_imap, waker):
    step = expect("IDLE$", "* 10 EXISTS", "+ idling")

    with in_inbox(scripted_imap, step, DONE, capabilities=CAPABLE) as ours:
        assert ours.idle(waker, never) is Woke.CHANGED


@pytest.mark.parametrize("sign", ["* OK Still here", "* 9 EXISTS", "* 0 RECENT", "* FLAGS (x)"])
def test_a_sign_of_life_is_no_change(scripted_imap, waker, sign):
    steps = [idle(sign, sign, Pause(0.05), sign, "* 10 EXISTS"), DONE]

    with in_inbox(scripted_imap, *steps, capabilities=CAPABLE) as ours:
        assert ours.idle(waker, never) is Woke.CHANGED


def test_a_line_in_two_halves_is_one(scripted_imap, waker):
    step = idle(b"* 10 EXI", Pause(0.05), b"STS\r\n")

    with in_inbox(scripted_imap, step, DONE, capabilities=CAPABLE) as ours:
        assert ours.idle(waker, never) is Woke.CHANGED


def test_another_thread_ends_it_and_the_conversation_goes_on(scripted_imap, waker):
    steps = [idle(), DONE, expect("UID SEARCH ALL$", "* SEARCH 4", "{tag} OK done")]
    caller = threading.Timer(0.1, waker.wake)

    with in_inbox(scripted_imap, *steps, capabilities=CAPABLE) as ours:
        caller.start()
        assert ours.idle(waker, never) is Woke.CALLED
        assert ours.uids() == [4]
    caller.join()


def test_who_was_called_before_does_not_wait(scripted_imap, waker):
    waker.wake()

    with in_inbox(scripted_imap, idle(), DONE, capabilities=CAPABLE) as ours:
        assert ours.idle(waker, lambda: False) is Woke.CALLED


def test_when_it_is_enough_it_can_be_begun_again_on_the_same_connection(scripted_imap, waker):
    steps = [idle("* OK x"), DONE, idle("* 10 EXISTS"), DONE]

    with in_inbox(scripted_imap, *steps, capabilities=CAPABLE) as ours:
        assert ours.idle(waker, lambda: True) is Woke.ENOUGH
        assert ours.idle(waker, never) is Woke.CHANGED


def test_what_comes_between_done_and_its_answer_is_not_taken_for_it(scripted_imap, waker):
    done = answer("DONE$", "* 4 EXPUNGE", "* OK Still here", "{tag} OK done")

    with in_inbox(scripted_imap, idle("* 10 EXISTS"), done, capabilities=CAPABLE) as ours:
        assert ours.idle(waker, never) is Woke.CHANGED


def test_a_refusal_is_told_in_the_words_of_the_server(scripted_imap, waker):
    step = expect("IDLE$", "{tag} NO [LIMIT] not so many")

    with in_inbox(scripted_imap, step, capabilities=CAPABLE) as ours:
        facts = facts_of(ours.idle, waker, never)

    assert facts.happening is Happening.ANSWER_NO
    assert (facts.response_code, facts.server_said) == ("LIMIT", "[LIMIT] not so many")


def test_a_goodbye_is_quoted(scripted_imap, waker):
    step = idle("* BYE Session expired, please login again", Close())

    with in_inbox(scripted_imap, step, capabilities=CAPABLE) as ours:
        facts = facts_of(ours.idle, waker, never)

    assert facts.happening is Happening.ANSWER_BYE
    assert facts.server_said == "Session expired, please login again"


def test_a_connection_that_ends_without_a_word_is_noticed(scripted_imap, waker):
    with in_inbox(scripted_imap, idle(Close(reset=True)), capabilities=CAPABLE) as ours:
        facts = facts_of(ours.idle, waker, never)

    assert facts.happening is Happening.CLOSED


def test_a_server_that_ends_it_by_itself_is_not_asked_for_done(scripted_imap, waker):
    step = idle("{tag} OK that is enough")

    with in_inbox(scripted_imap, step, capabilities=CAPABLE) as ours:
        facts = facts_of(ours.idle, waker, never)

    assert facts.happening is Happening.NOT_UNDERSTOOD


def test_a_server_that_never_stops_talking_is_left(scripted_imap, waker, monkeypatch):
    monkeypatch.setattr("mailboxadmin.imap.wire.MOST_LINES", 50)
    step = idle(b"* OK again\r\n" * 100)

    with in_inbox(scripted_imap, step, capabilities=CAPABLE) as ours:
        facts = facts_of(ours.idle, waker, never)

    assert facts.happening is Happening.NOT_UNDERSTOOD


@pytest.mark.parametrize("encryption", [Encryption.NONE, Encryption.SSL])
def test_a_real_server_tells_of_new_mail(dovecot, encryption, waker):
    user = dovecot.user()
    dovecot.deliver(user, mails.message(1))

    with session(on_dovecot(dovecot, user, encryption), ca_file=dovecot.ca_file) as ours:
        ours.select("INBOX")
        delivery = threading.Timer(0.3, dovecot.deliver, (user, mails.message(2)))
        delivery.start()
        woke = ours.idle(waker, never)
        found = len(ours.uids())
    delivery.join()

    assert (woke, found) == (Woke.CHANGED, 2)
    assert dovecot.flags(user) == {1: frozenset(), 2: frozenset()}
