"""Which messages there are: by UID, by date, unread ones, by their Message-ID."""

import re
from datetime import UTC, date, datetime

import pytest

from mailboxadmin.domain.errors import Happening
from tests.imap.callers import account, facts_of, in_inbox, on_dovecot, session
from tests.support import mails
from tests.support.scripted_steps import capability, expect, login, select


def test_new_unread_and_recent_ones_are_found_together(dovecot):
    user = dovecot.user()
    for day in (1, 10, 20):
        at = datetime(2026, 2, day, 12, tzinfo=UTC)
        dovecot.deliver(user, mails.message(day), internal_date=at, seen=day == 20)
        dovecot.deliver(user, mails.message(day + 1), internal_date=at)

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")

        assert ours.uids() == [1, 2, 3, 4, 5, 6]
        assert ours.uids(unseen=True) == [1, 2, 3, 4, 6]
        assert ours.uids(since=date(2026, 2, 10)) == [3, 4, 5, 6]
        assert ours.uids(above=3, unseen=True, since=date(2026, 2, 10)) == [4, 6]
        assert ours.uids(above=6) == [], "7:* would name message 6"


@pytest.mark.parametrize(
    ("wanted", "criteria"),
    [
        ({}, "ALL"),
        ({"above": 7}, "UID 8:*"),
        ({"unseen": True}, "UNSEEN"),
        ({"since": date(2026, 5, 1)}, "SINCE 1-May-2026"),
        (
            {"above": 1, "unseen": True, "since": date(1999, 12, 31)},
            "UID 2:* UNSEEN SINCE 31-Dec-1999",
        ),
    ],
)
def test_only_the_limits_that_are_set_are_sent(scripted_imap, wanted, criteria):
    step = expect(f"UID SEARCH {re.escape(criteria)}$", "* SEARCH 9", "{tag} OK done")

    with in_inbox(scripted_imap, step) as ours:
        assert ours.uids(**wanted) == [9]


def test_nothing_is_above_the_highest_uid_there_can_be(scripted_imap):
    step = expect(r"UID SEARCH UID 4294967295:\*$", "* SEARCH 4294967295", "{tag} OK done")

    with in_inbox(scripted_imap, step) as ours:
        assert ours.uids(above=2**32 - 2) == [2**32 - 1]
        assert ours.uids(above=2**32 - 1) == [], "without a word to the server"


def test_numbers_that_are_no_uids_are_left_out(scripted_imap):
    step = expect("UID SEARCH ALL$", "* SEARCH 0 5 4294967296", "{tag} OK done")

    with in_inbox(scripted_imap, step) as ours:
        assert ours.uids() == [5]


def test_a_message_is_found_by_its_message_id_and_tells_it(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(5))
    dovecot.deliver(user, b"Subject: none\r\n\r\nx")
    dovecot.deliver(user, b'MESSAGE-id:\r\n <"odd\\ one"@[::1]>\r\n\r\nx')

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")

        assert ours.with_message_id(mails.message_id(3)) == [4]
        assert ours.with_message_id('<"odd\\') == [7]
        assert ours.with_message_id("<not there@example.org>") == []
        assert ours.message_id_of(4) == (True, mails.message_id(3))
        assert ours.message_id_of(6) == (True, None)
        assert ours.message_id_of(99) == (False, None)


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 ESEARCH"])
def test_a_message_id_beyond_ascii_goes_as_a_literal(scripted_imap, capabilities):
    returns = r"RETURN \(ALL\) " if "ESEARCH" in capabilities else ""
    step = expect(
        rf"UID SEARCH {returns}CHARSET UTF-8 HEADER Message-ID \{{6\}}\r\n<ä@b>$",
        "* SEARCH 3",
        "{tag} OK done",
    )

    with in_inbox(scripted_imap, step, capabilities=capabilities) as ours:
        assert ours.with_message_id("<ä@b>") == [3]


def test_an_empty_message_id_would_match_everything_and_is_not_sent(scripted_imap):
    with in_inbox(scripted_imap) as ours:
        facts = facts_of(lambda: ours.with_message_id(""))

    assert facts.happening is Happening.UNEXPECTED
    assert "names no message" in facts.detail


def test_the_message_id_of_another_message_is_not_taken(scripted_imap):
    header = b"Message-ID: <other@x>\r\n\r\n"
    line = b"* 3 FETCH (UID 8 BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s)\r\n"
    step = expect(
        r"UID FETCH 7 \(BODY\.PEEK\[HEADER\.FIELDS \(MESSAGE-ID\)\]\)$",
        line % (len(header), header),
        "{tag} OK done",
    )

    with in_inbox(scripted_imap, step) as ours:
        assert ours.message_id_of(7) == (False, None)


def test_a_search_that_came_unasked_is_not_the_answer(scripted_imap):
    server = scripted_imap(
        [
            capability(),
            login("OK [CAPABILITY IMAP4rev1] in"),
            select(exists=9),
            expect("UID FETCH", "* SEARCH 1 2 3", "{tag} OK done"),
            expect("UID SEARCH", "* SEARCH 4", "{tag} OK done"),
        ]
    )

    with session(account(server.port)) as ours:
        ours.select("INBOX")
        list(ours.flags([1]))

        assert ours.uids() == [4]


def test_only_what_is_above_the_cursor_is_new(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(4))

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")

        assert ours.uids(above=0) == [1, 2, 3, 4]
        assert ours.uids(above=2) == [3, 4]
        assert ours.uids(above=4) == [], "4:* would name message 4"
        assert ours.uids(above=2**32 - 2) == []


@pytest.mark.parametrize(
    ("capabilities", "command", "lines", "uids"),
    [
        ("IMAP4rev1", "UID SEARCH UNSEEN$", ["* SEARCH 3 1", "* SEARCH 9"], [1, 3, 9]),
        ("IMAP4rev1", "UID SEARCH UNSEEN$", ["* SEARCH"], []),
        ("IMAP4rev1", "UID SEARCH UNSEEN$", [], []),
        (
            "IMAP4rev1 ESEARCH",
            r"UID SEARCH RETURN \(ALL\) UNSEEN$",
            ['* ESEARCH (TAG "x") UID ALL 4:2,9'],
            [2, 3, 4, 9],
        ),
        ("IMAP4rev1 ESEARCH", "UID SEARCH RETURN", ['* ESEARCH (TAG "x") UID'], []),
        ("IMAP4rev1 ESEARCH", "UID SEARCH RETURN", ["* SEARCH 1 2"], [1, 2]),
    ],
)
def test_every_way_to_answer_a_search_is_understood(
    scripted_imap, capabilities, command, lines, uids
):
    step = expect(command, *lines, "{tag} OK done")

    with in_inbox(scripted_imap, step, capabilities=capabilities) as ours:
        assert ours.uids(unseen=True) == uids


@pytest.mark.parametrize("lines", [["* SEARCH"], []])
def test_a_server_that_lists_none_of_nine_messages_is_not_believed(scripted_imap, lines):
    step = expect("UID SEARCH ALL$", *lines, "{tag} OK done")

    with in_inbox(scripted_imap, step) as ours:
        facts = facts_of(ours.uids)

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert "of 9 messages" in facts.detail


def test_impossibly_many_uids_do_not_fill_the_memory(scripted_imap):
    step = expect("UID SEARCH", "* ESEARCH UID ALL 1:4294967295", "{tag} OK done")

    with in_inbox(scripted_imap, step, capabilities="IMAP4rev1 ESEARCH") as ours:
        assert facts_of(ours.uids).happening is Happening.NOT_UNDERSTOOD
