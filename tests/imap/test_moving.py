r"""Messages moved to another folder: on a real server, and to the byte."""

import pytest

from mailboxadmin.domain.errors import Happening
from mailboxadmin.imap.moving import copied
from tests.imap.callers import facts_of, on_dovecot, opened, session
from tests.support import mails
from tests.support.scripted_steps import expect, select

SELECTED = expect(
    'SELECT "INBOX"$', "* 3 EXISTS", "* OK [UIDVALIDITY 1] valid", "{tag} OK [READ-WRITE] selected"
)


def writable(scripted_imap, *steps):
    ours = opened(scripted_imap, SELECTED, *steps)
    ours.select("INBOX", writable=True)
    return ours


@pytest.fixture
def user(dovecot):
    """Somebody with four messages, of which another program marked the last as deleted."""
    user = dovecot.user()
    dovecot.deliver_many(user, mails.generate(4))
    dovecot.create_folder(user, "Grüße & Co")
    dovecot.add_flags(user, "INBOX", [4], "\\Deleted")
    return user


def test_move_takes_messages_to_a_folder_and_says_where_they_are(dovecot, user):
    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX", writable=True)
        said = ours.move([3, 1, 77], "Grüße & Co")

    assert said
    assert said.uid_validity == dovecot.status(user, "Grüße & Co").uid_validity
    assert said.uids == {1: 1, 3: 2}
    assert set(dovecot.flags(user)) == {2, 4}
    assert set(dovecot.flags(user, "Grüße & Co")) == {1, 2}


def test_copy_and_remove_come_to_the_same_and_take_nothing_else_along(dovecot, user):
    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX", writable=True)
        said = ours.copy([1, 2], "Grüße & Co")
        ours.remove([1, 2])

    assert said
    assert said.uids == {1: 1, 2: 2}
    assert set(dovecot.flags(user)) == {3, 4}, "what another program marked as deleted stays"


def test_a_folder_that_is_not_there_is_refused_in_the_servers_words(dovecot, user):
    with session(on_dovecot(dovecot, user)) as ours:
        ours.select("INBOX", writable=True)
        facts = facts_of(lambda: ours.move([1], "Nowhere"))

    assert (facts.happening, facts.response_code) == (Happening.ANSWER_NO, "TRYCREATE")
    assert set(dovecot.flags(user)) == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("codes", "uids"),
    [
        ([b"9 1 21"], {1: 21}),
        ([b"9 304,319:320 3956:3958"], {304: 3956, 319: 3957, 320: 3958}),
        ([b"9 5:7 30:32", b"9 1 33"], {5: 30, 6: 31, 7: 32, 1: 33}),
    ],
)
def test_copyuid_pairs_the_numbers_of_before_and_now(codes, uids):
    said = copied(codes)

    assert said
    assert (said.uid_validity, dict(said.uids)) == (9, uids)


@pytest.mark.parametrize("codes", [[], [None], [b""]])
def test_without_copyuid_nothing_is_known(codes):
    assert copied(codes) is None


@pytest.mark.parametrize("code", [b"9 1", b"9 1:2 21", b"9 1 x", b"x 1 21", b"9 1:99999999999 1"])
def test_a_code_that_cannot_be_read_is_no_answer(code):
    with pytest.raises(ValueError, match=r".*"):
        copied([code])


@pytest.mark.parametrize("verb", ["move", "copy"])
def test_what_the_code_says_of_others_is_left_out(scripted_imap, verb):
    step = expect(f'UID {verb.upper()} 7:8 "Archive"$', "{tag} OK [COPYUID 9 6:8 20:22] done")

    with writable(scripted_imap, step) as ours:
        said = getattr(ours, verb)([7, 8], "Archive")

    assert dict(said.uids) == {7: 21, 8: 22}


def test_what_cannot_be_removed_by_its_number_is_refused(scripted_imap):
    steps = [
        expect(r"UID STORE 7 \+FLAGS\.SILENT \(\\Deleted\)$", "{tag} OK done"),
        expect("UID EXPUNGE 7$", "{tag} NO [NOPERM] not yours"),
    ]

    with writable(scripted_imap, *steps) as ours:
        facts = facts_of(lambda: ours.remove([7]))

    assert facts.server_said == "[NOPERM] not yours"


@pytest.mark.parametrize(
    "verb",
    [
        lambda ours: ours.move([1], "Archive"),
        lambda ours: ours.copy([1], "Archive"),
        lambda ours: ours.remove([1]),
    ],
)
def test_a_folder_that_was_opened_to_look_at_is_never_written_to(scripted_imap, verb):
    with opened(scripted_imap, select(exists=3)) as ours:
        ours.select("INBOX")
        with pytest.raises(RuntimeError, match="reading only"):
            verb(ours)
