"""A message that the server cannot give, and a server that gives none."""

import pytest

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.imap.session import Unfetchable
from tests.imap.callers import facts_of, fetch_line, in_inbox
from tests.support.scripted_steps import (
    expect,
)


@pytest.mark.parametrize(
    "line",
    ["* 2 FETCH (UID 2 BODY[] NIL)", "* 2 FETCH (UID 2 FLAGS ())", "* 2 FETCH (UID 2 BODY[] "],
)
def test_a_message_without_a_body_is_unfetchable_and_the_others_come(scripted_imap, line):
    fetch = expect("UID FETCH 1:3 ", fetch_line(1, 1), line, fetch_line(3, 3), "{tag} OK done")
    probe = expect(r"UID FETCH 2 \(FLAGS\)$", "* 2 FETCH (UID 2 FLAGS ())", "{tag} OK done")

    with in_inbox(scripted_imap, fetch, probe) as ours:
        got = list(ours.fetch([1, 2, 3]))

    assert [message.uid for message in got] == [1, 3, 2]
    assert got[2] == Unfetchable(uid=2, server_said=None)


def test_a_message_the_server_refuses_is_unfetchable_and_the_others_come(scripted_imap):
    steps = [
        expect("UID FETCH 1:3 ", fetch_line(1, 1), "{tag} NO [SERVERBUG] some failed"),
        expect(
            r"UID FETCH 2:3 \(FLAGS\)$",
            "* 2 FETCH (UID 2 FLAGS ())",
            "* 3 FETCH (UID 3 FLAGS ())",
            "{tag} OK done",
        ),
        expect("UID FETCH 2 ", "{tag} NO [SERVERBUG] cannot read it"),
        expect("UID FETCH 3 ", fetch_line(3, 3), "{tag} OK done"),
    ]

    with in_inbox(scripted_imap, *steps) as ours:
        got = list(ours.fetch([1, 2, 3]))

    assert sorted(message.uid for message in got) == [1, 2, 3]
    assert got[-1] == Unfetchable(
        uid=2, server_said="[SERVERBUG] cannot read it", response_code="SERVERBUG"
    )


@pytest.mark.parametrize(
    "words", ["[OVERQUOTA] Account exceeded command or bandwidth limits.", "[LIMIT] slow down"]
)
def test_a_refusal_that_is_not_about_a_message_blames_no_message(scripted_imap, words):
    with in_inbox(scripted_imap, expect("UID FETCH 1 ", "{tag} NO " + words)) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.ANSWER_NO
    assert facts.phase is Phase.FETCH
    assert facts.server_said == words


def test_a_server_that_cannot_even_tell_flags_is_itself_at_fault(scripted_imap):
    steps = [
        expect("UID FETCH 1 ", "{tag} NO Server Unavailable. 15"),
        expect(r"UID FETCH 1 \(FLAGS\)$", "{tag} NO Server Unavailable. 15"),
    ]

    with in_inbox(scripted_imap, *steps) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.ANSWER_NO
    assert facts.server_said == "Server Unavailable. 15"


def test_many_refusals_in_a_row_blame_the_server(scripted_imap):
    steps = [
        expect("UID FETCH 1:9 ", "{tag} NO failed"),
        expect(
            r"UID FETCH 1:9 \(FLAGS\)$",
            *[f"* {n} FETCH (UID {n} FLAGS ())" for n in range(1, 10)],
            "{tag} OK done",
        ),
        *[expect(f"UID FETCH {n} ", "{tag} NO failed") for n in range(1, 6)],
    ]

    with in_inbox(scripted_imap, *steps) as ours:
        assert facts_of(lambda: list(ours.fetch(range(1, 10)))).happening is Happening.ANSWER_NO
