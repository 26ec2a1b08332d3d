r"""Flags on the server: \Seen by itself, and what becomes of the others."""

import pytest

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.message import SEEN
from tests.imap.callers import facts_of, on_dovecot, opened, session
from tests.support import mails
from tests.support.scripted_steps import expect, select

SELECTED = [
    "* 3 EXISTS",
    "* OK [UIDVALIDITY 1] valid",
    "* OK [UIDNEXT 4] next",
    "* OK [HIGHESTMODSEQ 70] highest",
]


def selecting(*lines, code="READ-WRITE"):
    return expect('SELECT "INBOX"$', *SELECTED, *lines, "{tag} OK [" + code + "] selected")


def writable(scripted_imap, *steps, **more):
    ours = opened(scripted_imap, selecting(), *steps, **more)
    ours.select("INBOX", writable=True)
    return ours


def test_seen_is_set_and_cleared_and_nothing_else(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(4))
    dovecot.add_flags(user, "INBOX", [2], "\\Flagged", "$Forwarded", SEEN)

    with session(on_dovecot(dovecot, user)) as ours:
        status = ours.select("INBOX", writable=True)
        assert status.keeps_seen
        assert not status.read_only
        assert ours.store_flag([1, 3], SEEN, on=True, unchanged_since=None) == frozenset()
        assert ours.store_flag([2, 77], SEEN, on=False, unchanged_since=None) == frozenset()

    assert dovecot.flags(user) == {
        1: {SEEN},
        2: {"\\Flagged", "$Forwarded"},
        3: {SEEN},
        4: frozenset(),
    }


def test_what_changed_meanwhile_is_left_alone_and_named(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(4))

    with session(on_dovecot(dovecot, user)) as ours:
        since = ours.select("INBOX", writable=True).highest_modseq
        dovecot.add_flags(user, "INBOX", [2, 3], "\\Flagged")
        modified = ours.store_flag([1, 2, 3], SEEN, on=True, unchanged_since=since)

    assert modified == {2, 3}
    assert dovecot.flags(user) == {1: {SEEN}, 2: {"\\Flagged"}, 3: {"\\Flagged"}, 4: frozenset()}


@pytest.mark.parametrize(
    ("tagged", "modified"),
    [
        ("OK [MODIFIED 7,9] Conditional STORE failed", {7, 9}),
        ("OK [MODIFIED 9:7] [really] failed", {7, 8, 9}),
        ("NO [MODIFIED 8] Some of the messages no longer exist", {8}),
        ("OK [MODIFIED 1,7] a message that nobody asked about", {7}),
        ("OK [MODIFIED] of nothing", set()),
        ("OK stored", set()),
    ],
)
def test_the_code_names_the_messages_that_were_left_alone(scripted_imap, tagged, modified):
    step = expect(
        r"UID STORE 7:9 \(UNCHANGEDSINCE 70\) \+FLAGS\.SILENT \(\\Seen\)$",
        "* 2 FETCH (UID 8 MODSEQ (71))",
        "{tag} " + tagged,
    )

    with writable(scripted_imap, step) as ours:
        assert ours.store_flag([7, 8, 9], SEEN, on=True, unchanged_since=70) == modified


def test_an_impossible_set_of_modified_ones_does_not_fill_the_memory(scripted_imap):
    step = expect("UID STORE", "{tag} OK [MODIFIED 1:99999999999] failed")

    with writable(scripted_imap, step) as ours:
        facts = facts_of(lambda: ours.store_flag([7], SEEN, on=True, unchanged_since=70))

    assert facts.happening is Happening.NOT_UNDERSTOOD


def test_many_messages_are_stored_in_lines_that_the_server_takes(scripted_imap):
    steps = [
        expect(r"UID STORE 1501,1505,.* -FLAGS\.SILENT \(\\Seen\)$", "{tag} OK done"),
        expect(r"UID STORE .*,5997 -FLAGS", "{tag} OK [MODIFIED 5997] failed"),
    ]

    with writable(scripted_imap, *steps) as ours:
        modified = ours.store_flag(range(1501, 6000, 4), SEEN, on=False, unchanged_since=None)

    assert modified == {5997}


@pytest.mark.parametrize(
    ("lines", "code", "keeps", "flags"),
    [
        ([], "READ-WRITE", True, None),
        ([r"* OK [PERMANENTFLAGS (\SEEN \*)] limited"], "READ-WRITE", True, {SEEN, "\\*"}),
        ([r"* OK [PERMANENTFLAGS (\Deleted)] limited"], "READ-WRITE", False, {"\\Deleted"}),
        (["* OK [PERMANENTFLAGS ()] none [at all]"], "READ-WRITE", False, frozenset()),
        ([r"* OK [PERMANENTFLAGS (\Seen)] said"], "READ-ONLY", False, {SEEN}),
        (["* OK [PERMANENTFLAGS] garbage"], "READ-WRITE", True, None),
    ],
)
def test_whether_seen_stays_is_told_by_the_permanent_flags_and_the_code(
    scripted_imap, lines, code, keeps, flags
):
    with opened(scripted_imap, selecting(*lines, code=code)) as ours:
        status = ours.select("INBOX", writable=True)

    assert status.keeps_seen is keeps
    assert status.permanent_flags == flags
    assert status.read_only is (code == "READ-ONLY")


def test_a_folder_that_is_read_only_refuses_in_the_servers_words(scripted_imap):
    steps = [
        selecting(code="READ-ONLY"),
        expect("UID SEARCH ALL$", "* SEARCH 1", "{tag} OK done"),
        expect("UID STORE 1 ", "{tag} NO [NOPERM] Mailbox is read-only"),
    ]

    with opened(scripted_imap, *steps) as ours:
        ours.select("INBOX", writable=True)
        assert ours.uids() == [1], "it can be read all the same"
        facts = facts_of(lambda: ours.store_flag([1], SEEN, on=True, unchanged_since=None))

    assert facts.happening is Happening.ANSWER_NO
    assert facts.server_said == "[NOPERM] Mailbox is read-only"


def test_a_folder_that_becomes_read_only_meanwhile_refuses_in_the_servers_words(scripted_imap):
    steps = [
        expect("UID SEARCH ALL$", "* OK [READ-ONLY] from now on", "* SEARCH 1", "{tag} OK done"),
        expect("UID STORE 1 ", "{tag} NO Mailbox is read-only"),
    ]

    with writable(scripted_imap, *steps) as ours:
        assert ours.uids() == [1]
        facts = facts_of(lambda: ours.store_flag([1], SEEN, on=True, unchanged_since=None))

    assert facts.server_said == "Mailbox is read-only"


def test_a_real_folder_without_the_right_to_write_says_so(start_dovecot):
    dovecot = start_dovecot(
        extra_configuration=(
            "mail_plugins = acl\nprotocol imap {\n  mail_plugins = acl imap_acl\n}\n"
            "plugin {\n  acl = vfile\n  acl_defaults_from_inbox = no\n}\n"
        )
    )
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(2), "Shared")
    dovecot.doveadm("acl", "set", "-u", user.name, "Shared", "owner", "lookup", "read")

    with session(on_dovecot(dovecot, user)) as ours:
        status = ours.select("Shared", writable=True)
        assert not status.keeps_seen
        assert ours.uids() == [1, 2]
        assert ours.select("INBOX", writable=True).keeps_seen


def test_a_folder_that_was_opened_to_look_at_is_never_written_to(scripted_imap):
    steps = [selecting(), select(exists=3)]

    with opened(scripted_imap, *steps) as ours:
        ours.select("INBOX", writable=True)
        ours.select("INBOX")
        with pytest.raises(RuntimeError, match="reading only"):
            ours.store_flag([1], SEEN, on=True, unchanged_since=None)


def test_leaving_removes_no_message_that_is_marked_as_deleted(dovecot):
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(2))
    dovecot.add_flags(user, "INBOX", [1], "\\Deleted")

    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX", writable=True)
        ours.store_flag([2], SEEN, on=True, unchanged_since=None)
        ours.select("INBOX")

    assert set(dovecot.flags(user)) == {1, 2}
