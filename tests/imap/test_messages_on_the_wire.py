"""Whole messages and their flags, against Dovecot and to the byte."""

from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.message import SEEN, Fetched
from tests.imap.callers import fetch_line, in_inbox, on_dovecot, session
from tests.support import mails
from tests.support.scripted_steps import (
    expect,
)


def test_messages_come_byte_for_byte_with_their_flags_and_date(dovecot):
    user = dovecot.user()
    raws = list(mails.generate(30))
    dovecot.deliver_many(user, raws)
    dovecot.add_flags(user, "INBOX", [2], "\\Seen", "$Forwarded")

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        got = {message.uid: message for message in ours.fetch(ours.uids())}

    assert [got[uid].raw for uid in sorted(got)] == raws
    assert got[2].flags == {SEEN, "$Forwarded"}
    assert got[1].flags == frozenset()
    arrived = got[1].internal_date
    assert arrived is not None and arrived.tzinfo is UTC
    assert abs(datetime.now(UTC) - arrived) < timedelta(days=1)


@pytest.mark.parametrize("raw", [b"", b"\0\xff no header", b"{5}\r\nabc", b")\r\nA1 OK done\r\n"])
def test_odd_bytes_come_through(scripted_imap, raw):
    wanted = r"UID FETCH 1 \(INTERNALDATE FLAGS BODY\.PEEK\[\]\)$"
    step = expect(wanted, fetch_line(1, 1, raw), "{tag} OK done")

    with in_inbox(scripted_imap, step) as ours:
        (message,) = ours.fetch([1])

    assert isinstance(message, Fetched)
    assert message.raw == raw


def test_looking_changes_nothing(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(5))
    before = dovecot.flags(user)

    with session(on_dovecot(dovecot, user)) as ours:
        ours.status("INBOX")
        ours.select("INBOX")
        list(ours.fetch(ours.uids()))
        list(ours.flags(ours.uids()))
        list(ours.sizes(ours.uids()))

    assert dovecot.flags(user) == before == dict.fromkeys(range(1, 6), frozenset())


def test_flags_and_what_changed_since(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(4))

    with session(on_dovecot(dovecot, user)) as ours:
        since = ours.select("INBOX").highest_modseq
        dovecot.add_flags(user, "INBOX", [3], "\\Seen")
        ours.select("INBOX")
        flags = {uid: names for uid, names, _ in ours.flags([1, 3, 99])}
        changed = list(ours.flags_changed_since(since))

    assert flags == {1: frozenset(), 3: {SEEN}}
    assert [(uid, names) for uid, names, _ in changed] == [(3, {SEEN})]
    assert changed[0][2] > since


def test_a_large_folder_is_read_in_lines_that_the_server_takes(start_dovecot):
    dovecot = start_dovecot(extra_configuration="imap_max_line_length = 8k")
    user = dovecot.user()
    dovecot.deliver_many(user, (b"Subject: %d\r\n\r\n" % n for n in range(5000)))
    dovecot.expunge(user, "INBOX", range(1, 5000, 2))

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        uids = ours.uids()
        flags = list(ours.flags(uids))

    assert uids == list(range(2, 5001, 2))
    assert [uid for uid, _, _ in flags] == uids


def test_what_the_server_says_unasked_is_not_taken_for_an_answer(scripted_imap):
    step = expect(
        "UID FETCH 5 ",
        r"* 5 FETCH (FLAGS (\Deleted))",
        "* 1 EXPUNGE",
        r"* 4 FETCH (FLAGS (\SEEN \Recent $Junk) UID 5)",
        "{tag} OK done",
    )

    with in_inbox(scripted_imap, step) as ours:
        assert list(ours.flags([5])) == [(5, {SEEN, "$Junk"}, None)]


def test_a_message_that_was_removed_meanwhile_is_left_out(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(3))

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        dovecot.expunge(user, "INBOX", [2])
        got = [message.uid for message in ours.fetch([1, 2, 3, 77])]

    assert got == [1, 3]
