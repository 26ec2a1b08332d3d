"""Searching and fetching, against Dovecot and against servers that misbehave."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from mailboxadmin.domain.errors import Cancelled, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.message import SEEN, Fetched
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.session import Unfetchable
from tests.imap.callers import account, on_dovecot, session
from tests.support import mails
from tests.support.scripted_steps import (
    IMPOSSIBLE_LITERAL,
    OVERFLOWING_LITERAL,
    Close,
    Drip,
    Stall,
    capability,
    expect,
    literal,
    login,
    select,
)

BODY = b"Subject: x\r\n\r\nhello\r\n"
#: Enough to sign in and select on a busy machine; the test then waits for its end.
SHORT_S = 4.0


@pytest.fixture
def opened(scripted_imap):
    """Open INBOX on a scripted server and go on with the given steps."""

    def start(*steps, capabilities="IMAP4rev1", deadline=None):
        begin = [capability(), login(f"OK [CAPABILITY {capabilities}] in"), select(exists=9)]
        server = scripted_imap([*begin, *steps])
        ours = session(account(server.port), deadline=deadline)
        ours.select("INBOX")
        return ours

    return start


def fetch_line(number: int, uid: int, body: bytes = BODY) -> bytes:
    return literal(f"* {number} FETCH (UID {uid} FLAGS (\\Seen) BODY[]", body, ")")


def facts_of(call):
    with pytest.raises(MailFailure) as caught:
        call()
    return caught.value.facts


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
def test_odd_bytes_come_through(opened, raw):
    wanted = r"UID FETCH 1 \(INTERNALDATE FLAGS BODY\.PEEK\[\]\)$"
    step = expect(wanted, fetch_line(1, 1, raw), "{tag} OK done")

    with opened(step) as ours:
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


def test_only_what_is_above_the_cursor_is_new(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(4))

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")

        assert ours.uids(above=0) == [1, 2, 3, 4]
        assert ours.uids(above=2) == [3, 4]
        assert ours.uids(above=4) == [], "4:* would name message 4"
        assert ours.uids(above=2**32 - 2) == []


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


@pytest.mark.parametrize(
    ("capabilities", "command", "lines", "uids"),
    [
        ("IMAP4rev1", "UID SEARCH ALL$", ["* SEARCH 3 1", "* SEARCH 9"], [1, 3, 9]),
        ("IMAP4rev1", "UID SEARCH ALL$", ["* SEARCH"], []),
        ("IMAP4rev1", "UID SEARCH ALL$", [], []),
        (
            "IMAP4rev1 ESEARCH",
            r"UID SEARCH RETURN \(ALL\) ALL$",
            ['* ESEARCH (TAG "x") UID ALL 4:2,9'],
            [2, 3, 4, 9],
        ),
        ("IMAP4rev1 ESEARCH", "UID SEARCH RETURN", ['* ESEARCH (TAG "x") UID'], []),
        ("IMAP4rev1 ESEARCH", "UID SEARCH RETURN", ["* SEARCH 1 2"], [1, 2]),
    ],
)
def test_every_way_to_answer_a_search_is_understood(opened, capabilities, command, lines, uids):
    step = expect(command, *lines, "{tag} OK done")

    with opened(step, capabilities=capabilities) as ours:
        assert ours.uids() == uids


def test_impossibly_many_uids_do_not_fill_the_memory(opened):
    step = expect("UID SEARCH", "* ESEARCH UID ALL 1:4294967295", "{tag} OK done")

    with opened(step, capabilities="IMAP4rev1 ESEARCH") as ours:
        assert facts_of(ours.uids).happening is Happening.NOT_UNDERSTOOD


def test_what_the_server_says_unasked_is_not_taken_for_an_answer(opened):
    step = expect(
        "UID FETCH 5 ",
        r"* 5 FETCH (FLAGS (\Deleted))",
        "* 1 EXPUNGE",
        r"* 4 FETCH (FLAGS (\SEEN \Recent $Junk) UID 5)",
        "{tag} OK done",
    )

    with opened(step) as ours:
        assert list(ours.flags([5])) == [(5, {SEEN, "$Junk"}, None)]


def test_a_message_that_was_removed_meanwhile_is_left_out(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(3))

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX")
        dovecot.expunge(user, "INBOX", [2])
        got = [message.uid for message in ours.fetch([1, 2, 3, 77])]

    assert got == [1, 3]


@pytest.mark.parametrize(
    "line",
    ["* 2 FETCH (UID 2 BODY[] NIL)", "* 2 FETCH (UID 2 FLAGS ())", "* 2 FETCH (UID 2 BODY[] "],
)
def test_a_message_without_a_body_is_unfetchable_and_the_others_come(opened, line):
    fetch = expect("UID FETCH 1:3 ", fetch_line(1, 1), line, fetch_line(3, 3), "{tag} OK done")
    probe = expect(r"UID FETCH 2 \(FLAGS\)$", "* 2 FETCH (UID 2 FLAGS ())", "{tag} OK done")

    with opened(fetch, probe) as ours:
        got = list(ours.fetch([1, 2, 3]))

    assert [message.uid for message in got] == [1, 3, 2]
    assert got[2] == Unfetchable(uid=2, server_said=None)


def test_a_message_the_server_refuses_is_unfetchable_and_the_others_come(opened):
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

    with opened(*steps) as ours:
        got = list(ours.fetch([1, 2, 3]))

    assert sorted(message.uid for message in got) == [1, 2, 3]
    assert got[-1] == Unfetchable(
        uid=2, server_said="[SERVERBUG] cannot read it", response_code="SERVERBUG"
    )


@pytest.mark.parametrize(
    "words", ["[OVERQUOTA] Account exceeded command or bandwidth limits.", "[LIMIT] slow down"]
)
def test_a_refusal_that_is_not_about_a_message_blames_no_message(opened, words):
    with opened(expect("UID FETCH 1 ", "{tag} NO " + words)) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.ANSWER_NO
    assert facts.phase is Phase.FETCH
    assert facts.server_said == words


def test_a_server_that_cannot_even_tell_flags_is_itself_at_fault(opened):
    steps = [
        expect("UID FETCH 1 ", "{tag} NO Server Unavailable. 15"),
        expect(r"UID FETCH 1 \(FLAGS\)$", "{tag} NO Server Unavailable. 15"),
    ]

    with opened(*steps) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.ANSWER_NO
    assert facts.server_said == "Server Unavailable. 15"


def test_many_refusals_in_a_row_blame_the_server(opened):
    steps = [
        expect("UID FETCH 1:9 ", "{tag} NO failed"),
        expect(
            r"UID FETCH 1:9 \(FLAGS\)$",
            *[f"* {n} FETCH (UID {n} FLAGS ())" for n in range(1, 10)],
            "{tag} OK done",
        ),
        *[expect(f"UID FETCH {n} ", "{tag} NO failed") for n in range(1, 6)],
    ]

    with opened(*steps) as ours:
        assert facts_of(lambda: list(ours.fetch(range(1, 10)))).happening is Happening.ANSWER_NO


@pytest.mark.parametrize("line", [IMPOSSIBLE_LITERAL, OVERFLOWING_LITERAL])
def test_an_impossible_literal_is_not_understood_and_not_allocated(opened, line):
    with opened(expect("UID FETCH 1 ", line, Stall())) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert "a literal of 9999" in facts.detail


@pytest.mark.parametrize("line", ["* 1 FETCH (UID", "* 1 FETCH 5", "x", "* 1 FETCH (UID x)", "* {"])
def test_garbage_is_not_understood(opened, line):
    with opened(expect("UID FETCH 1 ", line, "{tag} OK done")) as ours:
        facts = facts_of(lambda: list(ours.flags([1])))

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert facts.phase is Phase.FETCH


def test_a_connection_that_ends_within_a_message_gives_no_half_message(opened):
    cut = expect("UID FETCH 1 ", b"* 1 FETCH (UID 1 BODY[] {500}\r\nonly this", Close())
    given = []

    with opened(cut) as ours:
        facts = facts_of(lambda: given.extend(ours.fetch([1])))

    assert facts.happening is Happening.CLOSED
    assert given == []


def test_what_came_whole_before_the_line_ended_is_given_first(opened):
    bye = expect("UID FETCH 1:3 ", fetch_line(1, 1), "* BYE FETCH failed", Close())
    given = []

    with opened(bye) as ours:
        facts = facts_of(lambda: given.extend(ours.fetch([1, 2, 3])))

    assert facts.happening is Happening.ANSWER_BYE
    assert [message.uid for message in given] == [1]


def test_a_bye_in_the_middle_is_told_with_its_words(opened):
    bye = expect("UID FETCH 1 ", "* BYE Session invalidated - AccessTokenExpired", Close())

    with opened(bye) as ours:
        facts = facts_of(lambda: list(ours.fetch([1])))

    assert facts.happening is Happening.ANSWER_BYE
    assert facts.server_said == "Session invalidated - AccessTokenExpired"


def test_a_command_refused_as_bad_is_told_with_its_words(opened):
    with opened(expect("UID SEARCH", "{tag} BAD Command Argument Error 11")) as ours:
        facts = facts_of(ours.uids)

    assert facts.happening is Happening.ANSWER_BAD
    assert facts.server_said == "Command Argument Error 11"


def test_a_message_that_drips_is_ended_by_the_deadline(opened):
    drip = expect("UID FETCH 1 ", Drip(fetch_line(1, 1, b"x" * 10_000), bytes_per_s=20))
    began = time.monotonic()

    with opened(drip, deadline=Deadline.after(SHORT_S)) as ours:
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


def test_a_command_without_an_answer_times_out(opened):
    with opened(expect("UID SEARCH", Stall())) as ours:
        ours._wire.connection.patience(0.3)
        facts = facts_of(ours.uids)

    assert facts.happening is Happening.TIMEOUT
    assert facts.phase is Phase.FETCH


def test_a_person_can_stop_a_session_that_waits_for_its_server(opened):
    with opened(expect("UID SEARCH", Stall())) as ours:
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


def test_leaving_a_server_that_does_not_say_goodbye_takes_no_time(opened):
    began = time.monotonic()

    opened(expect("LOGOUT", Stall())).close()

    assert time.monotonic() - began < 20
