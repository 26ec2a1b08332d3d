"""A big message in parts: nothing of another one, and no end where there is none."""

import pytest

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.message import SEEN
from mailboxadmin.imap.session import Part, Unfetchable
from tests.imap.callers import facts_of, in_inbox, on_dovecot, session
from tests.support import mails
from tests.support.scripted_steps import expect, literal

STILL_THERE = expect(r"UID FETCH 7 \(FLAGS\)$", "* 2 FETCH (UID 7 FLAGS ())", "{tag} OK done")


def asking(*answer, start=0, length=10):
    wanted = rf"UID FETCH 7 \(INTERNALDATE FLAGS BODY\.PEEK\[\]<{start}\.{length}>\)$"
    return expect(wanted, *answer)


def test_the_parts_of_a_message_are_the_message(dovecot):
    user = dovecot.user()
    raw = b"Subject: big\r\n\r\n" + bytes(range(14, 256)) * 400
    dovecot.deliver(user, raw, seen=True)
    parts = []

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        while not parts or len(parts[-1].data) == 30_000:
            parts.append(ours.fetch_part(1, start=30_000 * len(parts), length=30_000))
        beyond = ours.fetch_part(1, start=len(raw), length=30_000)
        (whole,) = ours.fetch([1])
        assert ours.fetch_part(2, start=0, length=5) is None

    assert b"".join(part.data for part in parts) == raw == whole.raw
    assert beyond.data == b""
    assert all(part.flags == {SEEN} == beyond.flags for part in parts)
    assert {part.internal_date for part in parts} == {whole.internal_date}
    assert dovecot.flags(user) == {1: {SEEN}}


def test_looking_at_parts_reads_nothing(dovecot):
    user = dovecot.user()
    dovecot.deliver(user, mails.message(1))

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        ours.fetch_part(1, start=0, length=100)
        ours.message_id_of(1)

    assert dovecot.flags(user) == {1: frozenset()}


def test_the_beginnings_of_messages_come_together_and_nothing_is_read(dovecot):
    user = dovecot.user()
    letters = [mails.message(number) for number in (1, 2)]
    dovecot.deliver_many(user, letters)

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        got = list(ours.fetch_beginnings([1, 2, 9], 40))

    assert [(each.uid, each.raw) for each in got] == [
        (1, letters[0][:40]),
        (2, letters[1][:40]),
    ]
    assert dovecot.flags(user) == {1: frozenset(), 2: frozenset()}


def test_more_than_was_asked_for_is_cut_off(scripted_imap):
    line = literal("* 2 FETCH (UID 7 FLAGS () BODY[]<0>", b"x" * 12, ")")

    with in_inbox(scripted_imap, asking(line, "{tag} OK done")) as ours:
        part = ours.fetch_part(7, start=0, length=10)

    assert part == Part(flags=frozenset(), internal_date=None, data=b"x" * 10)


@pytest.mark.parametrize("end", [b'""', b"{0}\r\n"])
def test_nothing_more_is_the_end(scripted_imap, end):
    line = b"* 2 FETCH (UID 7 FLAGS () BODY[]<50> %s)\r\n" % end

    with in_inbox(scripted_imap, asking(line, "{tag} OK done", start=50)) as ours:
        assert ours.fetch_part(7, start=50, length=10).data == b""


@pytest.mark.parametrize(
    "line",
    [
        "* 2 FETCH (UID 7 FLAGS () BODY[]<50> NIL)",
        "* 2 FETCH (UID 7 FLAGS ())",
        literal("* 2 FETCH (UID 7 BODY[]<0>", b"the wrong part", ")"),
        literal("* 2 FETCH (UID 7 BODY[]", b"without saying which", ")"),
    ],
)
def test_no_data_and_other_data_are_not_taken_for_the_end(scripted_imap, line):
    with in_inbox(scripted_imap, asking(line, "{tag} OK done", start=50)) as ours:
        assert ours.fetch_part(7, start=50, length=10) == Unfetchable(uid=7, server_said=None)


def test_a_part_of_another_message_is_not_taken(scripted_imap):
    line = literal("* 7 FETCH (UID 8 FLAGS () BODY[]<0>", b"x" * 10, ")")

    with in_inbox(scripted_imap, asking(line, "{tag} OK done")) as ours:
        assert ours.fetch_part(7, start=0, length=10) is None


def test_a_refusal_of_this_message_is_told_with_its_words(scripted_imap):
    refused = asking("{tag} NO [NOTHERE] cannot read it")

    with in_inbox(scripted_imap, refused, STILL_THERE) as ours:
        part = ours.fetch_part(7, start=0, length=10)

    assert part == Unfetchable(
        uid=7, server_said="[NOTHERE] cannot read it", response_code="NOTHERE"
    )


def test_a_refusal_because_the_message_is_gone_is_none(scripted_imap):
    gone = expect(r"UID FETCH 7 \(FLAGS\)$", "{tag} OK done")

    with in_inbox(scripted_imap, asking("{tag} NO no such message"), gone) as ours:
        assert ours.fetch_part(7, start=0, length=10) is None


@pytest.mark.parametrize("words", ["[OVERQUOTA] too much today", "[UNAVAILABLE] later"])
def test_a_refusal_that_is_not_about_the_message_is_the_servers(scripted_imap, words):
    with in_inbox(scripted_imap, asking("{tag} NO " + words)) as ours:
        facts = facts_of(lambda: ours.fetch_part(7, start=0, length=10))

    assert facts.happening is Happening.ANSWER_NO
    assert facts.server_said == words
