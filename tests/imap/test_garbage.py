"""Servers that talk nonsense: nothing of one message is ever taken for another's."""

import imaplib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailboxadmin.demo.deeds import Close
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.message import SEEN, Fetched
from mailboxadmin.imap import bodies
from mailboxadmin.imap.connection import Hangup, Oversized
from mailboxadmin.imap.question import Question
from mailboxadmin.imap.session import Unfetchable
from tests.imap.callers import facts_of, in_inbox
from tests.imap.recording import recorded
from tests.support.scripted_steps import expect, literal

#: What each message is: its flags and its bytes, some of which look like IMAP.
TRUTH = {
    3: (frozenset(), b"Subject: three\r\n\r\nx\r\n"),
    5: (frozenset({SEEN}), b")\r\n* 3 FETCH (UID 3 BODY[] {3}\r\nbad)\r\nA1 OK done\r\n"),
    8: (frozenset({"$Junk", SEEN}), b""),
    9: (frozenset({"\\Flagged"}), b"{7}\r\n\0\xff* BYE\r\n"),
}
BROKEN = (ValueError, imaplib.IMAP4.error, Hangup, Oversized)


def line(number, uid, order, body):
    """A true line about a message, with a sequence number that moves."""
    flags, raw = TRUTH[uid]
    items = [b"UID %d" % uid, b"FLAGS (%s)" % b" ".join(flag.encode() for flag in sorted(flags))]
    if body:
        items.append(b"BODY[] {%d}\r\n%s" % (len(raw), raw))
    else:
        items.append(b"RFC822.SIZE %d" % len(raw))
    return b"* %d FETCH (%s)\r\n" % (number, b" ".join(items[at] for at in order))


true_lines = st.builds(
    line,
    st.integers(1, 9),
    st.sampled_from(sorted(TRUTH)),
    st.permutations([0, 1, 2]),
    st.booleans(),
)
unasked = st.sampled_from(
    [
        b"* 1 EXPUNGE\r\n",
        b"* 23 EXISTS\r\n",
        b"* 0 RECENT\r\n",
        b"* VANISHED (EARLIER) 3:9\r\n",
        b"* 2 FETCH (FLAGS (\\Deleted))\r\n",
        b"* 2 FETCH (BODY[] {4}\r\nlost FLAGS ())\r\n",
        b"* 2 FETCH (MODSEQ (7) UID 5)\r\n",
        b"* 2 FETCH (UID 7 FLAGS () BODY[] {4}\r\nnone)\r\n",
        b"* OK [ALERT] (UID 3 BODY[] NIL)\r\n",
        b"* FLAGS (\\Seen)\r\n",
        b"* LIST () {1}\r\n/ x\r\n",
        b"* SEARCH 1 2 3\r\n",
    ]
)
garbage = st.sampled_from(
    [
        b"* 3 FETCH (UID 3 FLAGS (\\Seen\r\n",
        b"* 3 FETCH (UID 3 BODY[] {-5}\r\n",
        b"* 3 FETCH (UID 3 BODY[] {99999999999999999999999}\r\n",
        b"* 3 FETCH (UID 3 BODY[] {4000000000}\r\n",
        b"* 3 FETCH (UID 3 BODY[] ~{3}\r\n",
        b"* 3 FETCH (UID x BODY[] NIL)\r\n",
        b"* FETCH\r\n",
        b"* \r\n",
        b"+ go on\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"\xff\xfe\r\n",
        b"* 3 FETCH (UID 3 FLAGS ())\n",
        b"* 3 FETCH " + b"(" * 5000 + b"\r\n",
    ]
)
answers = st.lists(true_lines | unasked | garbage, max_size=9).map(b"".join)
cut_answers = st.builds(lambda whole, at: whole[: at % (len(whole) + 1)], answers, st.integers(0))


@given(answers | cut_answers)
def test_no_message_gets_the_bytes_or_flags_of_another(answer):
    given_to_us = []

    with suppress(*BROKEN):  # What came before is what counts.
        given_to_us.extend(bodies.fetch(recorded(answer), TRUTH))

    for message in given_to_us:
        if isinstance(message, Fetched):
            assert (message.flags, message.raw) == TRUTH[message.uid]
    assert len({message.uid for message in given_to_us}) == len(given_to_us)


@given(answers | cut_answers)
def test_flags_and_sizes_are_those_of_the_message(answer):
    question = Question(recorded(answer), "1:*", "(FLAGS RFC822.SIZE)")

    with suppress(*BROKEN):  # What came before is what counts.
        question.ask()

    for said in question.readable():
        flags, raw = TRUTH.get(said.uid, (frozenset(), b""))
        assert said.flags in (flags, None)
        assert said.size in (len(raw), None)


def test_an_answer_that_comes_twice_gives_each_message_once():
    whole = b"".join(line(1, uid, [0, 1, 2], True) for uid in TRUTH)

    got = list(bodies.fetch(recorded(whole + b"* 1 EXPUNGE\r\n" + whole), TRUTH))

    assert {each.uid: (each.flags, each.raw) for each in got} == TRUTH
    assert len(got) == len(TRUTH)


def test_flags_that_come_in_a_line_of_their_own_belong_to_the_message_of_that_uid(scripted_imap):
    step = expect(
        "UID FETCH 3,5 ",
        literal("* 1 FETCH (UID 3 BODY[]", b"three", ")"),
        literal("* 2 FETCH (UID 5 FLAGS () BODY[]", b"five", ")"),
        "* 1 EXPUNGE",
        r"* 1 FETCH (UID 5 FLAGS (\Seen))",
        r"* 2 FETCH (FLAGS (\Deleted))",
        r"* 9 FETCH (UID 3 FLAGS (\Flagged))",
        "{tag} OK done",
    )

    with in_inbox(scripted_imap, step) as ours:
        got = {message.uid: message for message in ours.fetch([3, 5])}

    assert (got[3].raw, got[3].flags) == (b"three", {"\\Flagged"})
    assert (got[5].raw, got[5].flags) == (b"five", {SEEN}), "the flags that were told last"


def test_a_message_that_nobody_asked_for_is_not_given(scripted_imap):
    step = expect(
        "UID FETCH 3 ",
        literal("* 1 FETCH (UID 4 FLAGS () BODY[]", b"four", ")"),
        literal("* 1 FETCH (UID 3 FLAGS () BODY[TEXT]", b"half", ")"),
        "{tag} OK done",
    )
    probe = expect(r"UID FETCH 3 \(FLAGS\)$", "* 1 FETCH (UID 3 FLAGS ())", "{tag} OK done")

    with in_inbox(scripted_imap, step, probe) as ours:
        assert list(ours.fetch([3])) == [Unfetchable(uid=3, server_said=None)]


@pytest.mark.parametrize("nonsense", ["nonsense", "X1 OK done", "* 1 FETCH (UID 1 BODY[] {x}"])
def test_what_is_left_of_a_broken_answer_is_not_the_answer_to_the_next_command(
    scripted_imap, nonsense
):
    step = expect("UID SEARCH ALL$", nonsense, "nonsense", "* SEARCH 1 2", "{tag} OK done")

    with in_inbox(scripted_imap, step) as ours:
        assert facts_of(ours.uids).happening is Happening.NOT_UNDERSTOOD
        again = facts_of(ours.uids)

    assert again.happening is Happening.CLOSED
    assert "never came to its end" in again.detail


def test_a_late_answer_is_not_waited_for_twice(scripted_imap):
    with in_inbox(scripted_imap, expect("UID SEARCH ALL$")) as ours:
        ours._wire.connection.patience(0.3)
        assert facts_of(ours.uids).happening is Happening.TIMEOUT
        assert facts_of(ours.uids).happening is Happening.CLOSED


def test_an_answer_that_is_refused_or_unreadable_but_whole_ends_nothing(scripted_imap):
    steps = [
        expect("UID SEARCH ALL$", "{tag} NO not now"),
        expect("UID SEARCH ALL$", "{tag} BAD what?"),
        expect("UID SEARCH ALL$", "* SEARCH x", "{tag} OK done"),
        expect("UID FETCH 1 ", "* 1 FETCH (UID", "{tag} OK done"),
        expect("UID SEARCH ALL$", "* SEARCH 4", "{tag} OK done"),
    ]

    with in_inbox(scripted_imap, *steps) as ours:
        happenings = [facts_of(ours.uids).happening for _ in range(3)]
        happenings.append(facts_of(lambda: list(ours.flags([1]))).happening)

        assert ours.uids() == [4]

    assert happenings == [
        Happening.ANSWER_NO,
        Happening.ANSWER_BAD,
        Happening.NOT_UNDERSTOOD,
        Happening.NOT_UNDERSTOOD,
    ]


def test_a_tag_that_is_not_ours_ends_the_conversation(scripted_imap):
    step = expect("UID SEARCH ALL$", "* SEARCH 4", "ZZZZ9 OK done", Close())

    with in_inbox(scripted_imap, step) as ours:
        facts = facts_of(ours.uids)

    assert facts.phase is Phase.FETCH
    assert facts.happening in (Happening.NOT_UNDERSTOOD, Happening.CLOSED)
