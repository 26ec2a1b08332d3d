import pytest

from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import FolderStatus
from tests.imap.callers import account, facts_of, on_dovecot, opened, session
from tests.support import mails
from tests.support.scripted_steps import capability, expect, login, select

ODD_NAMES = [
    "Büro & Co",
    "日本語",
    'quo"te',
    "back\\slash",
    "per%cent",
    "star*",
    "a b  c",
    "[x]",
    "{3}",
]


def test_folders_are_listed_with_their_names_decoded_and_their_roles(dovecot):
    user = dovecot.user()
    with dovecot.client(user) as other:
        for name in ODD_NAMES:
            other.create_folder(name)

    with session(on_dovecot(dovecot, user)) as ours:
        listed = {folder.name: folder for folder in ours.list_folders()}

    assert set(ODD_NAMES) <= set(listed)
    assert listed["INBOX"].selectable
    assert listed["INBOX"].delimiter == "/"
    assert "\\sent" in listed["Sent"].attributes


@pytest.mark.parametrize("name", ["INBOX", *ODD_NAMES])
def test_status_and_examine_agree_whatever_the_name(dovecot, name):
    user = dovecot.user()
    if name != "INBOX":
        with dovecot.client(user) as other:
            other.create_folder(name)
    dovecot.deliver_many(user, mails.generate(3), name)

    with session(on_dovecot(dovecot, user)) as ours:
        asked, entered = ours.status(name), ours.select(name)

    assert asked == entered
    assert entered.messages == 3
    assert entered.uid_next == 4
    assert entered.uid_validity > 0
    assert entered.highest_modseq is not None


def test_a_server_like_exchange_has_no_modseq(start_dovecot):
    dovecot = start_dovecot(
        capability="IMAP4rev1 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
    )

    with session(on_dovecot(dovecot, dovecot.user())) as ours:
        assert ours.status("INBOX").highest_modseq is None
        assert "CONDSTORE" not in ours.capabilities


def test_a_folder_that_is_not_there_is_missing_with_the_servers_words(dovecot):
    with session(on_dovecot(dovecot, dovecot.user())) as ours:
        for call in (ours.status, ours.select):
            facts = facts_of(call, "No such folder")

            assert facts.happening is Happening.FOLDER_MISSING
            assert facts.phase is Phase.FOLDERS
            assert facts.folder == "No such folder"
            assert "doesn't exist" in (facts.server_said or "")

        assert ours.select("INBOX").messages == 0, "the session goes on"


def test_a_container_cannot_be_opened(scripted_imap):
    ours = opened(
        scripted_imap,
        expect('EXAMINE "\\[Gmail\\]"$', "{tag} NO [NONEXISTENT] Unknown Mailbox: [Gmail]"),
        expect(
            'LIST "" "\\[Gmail\\]"$',
            r'* LIST (\Noselect \HasChildren) "/" "[Gmail]"',
            "{tag} OK done",
        ),
    )

    with ours:
        facts = facts_of(ours.select, "[Gmail]")

    assert facts.happening is Happening.FOLDER_NOT_SELECTABLE
    assert facts.response_code == "NONEXISTENT"


def test_a_folder_that_is_there_and_refused_is_as_the_server_says(scripted_imap):
    ours = opened(
        scripted_imap,
        expect("STATUS ", "{tag} NO not yours"),
        expect("LIST ", r'* LIST (\HasNoChildren) "/" "INBOX"', "{tag} OK done"),
    )

    with ours:
        facts = facts_of(ours.status, "INBOX")

    assert facts.happening is Happening.ANSWER_NO
    assert facts.server_said == "not yours"


@pytest.mark.parametrize("words", ["[UNAVAILABLE] later", "[NOPERM] not yours"])
def test_a_refusal_with_a_code_of_its_own_is_not_looked_into(scripted_imap, words):
    with opened(scripted_imap, expect("EXAMINE ", "{tag} NO " + words)) as ours:
        facts = facts_of(ours.select, "Projects")

    assert facts.happening is Happening.ANSWER_NO
    assert facts.server_said == words


def test_an_inbox_that_is_not_listed_is_the_servers_trouble_and_not_missing(scripted_imap):
    steps = [expect("EXAMINE ", "{tag} NO cannot"), expect("LIST ", "{tag} OK done")]

    with opened(scripted_imap, *steps) as ours:
        assert facts_of(ours.select, "INBOX").happening is Happening.ANSWER_NO


@pytest.mark.parametrize("evil", ["INBOX\r\nA9 DELETE INBOX", "a\nb", "a\0b"])
def test_a_line_break_in_a_name_puts_nothing_on_the_wire(scripted_imap, evil):
    script = [capability(), login("OK [CAPABILITY IMAP4rev1] in")]
    server = scripted_imap(script)

    with session(account(server.port)) as ours:
        for call in (ours.select, ours.status):
            facts = facts_of(call, evil)
            assert facts.happening is Happening.FOLDER_MISSING
            assert "line break" in facts.detail

    assert server.received.count(b"\r\n") == 3, "CAPABILITY, LOGIN, LOGOUT"
    assert b"DELETE" not in server.received


def test_examine_opens_for_reading_only(scripted_imap):
    script = [capability(), login("OK [CAPABILITY IMAP4rev1] in"), select(exists=2, uid_next=7)]
    server = scripted_imap(script)

    with session(account(server.port)) as ours:
        status = ours.select("INBOX")

    assert status == FolderStatus(messages=2, uid_validity=1, uid_next=7, highest_modseq=None)
    assert 'EXAMINE "INBOX"' in server.commands


@pytest.mark.parametrize(
    ("lines", "uid_next", "modseq"),
    [
        (["* OK [UIDVALIDITY 9] ok"], None, None),
        (["* OK [UIDVALIDITY 9] ok", "* OK [UIDNEXT 3] ok", "* OK [NOMODSEQ] none"], 3, None),
        (["* OK [UIDVALIDITY 9] ok", "* OK [UIDNEXT 3] ok", "* OK [HIGHESTMODSEQ 77] ok"], 3, 77),
        (["* OK [UIDVALIDITY 9]", f"* OK [HIGHESTMODSEQ {2**63 - 1}] ok"], None, 2**63 - 1),
        (["* OK [UIDVALIDITY 9]", f"* OK [HIGHESTMODSEQ {2**63}] ok"], None, None),
        (["* OK [UIDVALIDITY 9]", f"* OK [UIDNEXT {2**32 - 1}] [so far]"], 2**32 - 1, None),
        (["* OK [UIDVALIDITY 8]", "* OK [uidvalidity 9]", "* OK [UIDNEXT x] y"], None, None),
    ],
)
def test_what_a_server_leaves_out_is_none(scripted_imap, lines, uid_next, modseq):
    examine = expect("EXAMINE ", "* 1 EXISTS", *lines, "* 2 EXISTS", "{tag} OK [READ-ONLY] done")

    with opened(scripted_imap, examine) as ours:
        status = ours.select("INBOX")

    assert (status.uid_validity, status.messages) == (9, 2)
    assert (status.uid_next, status.highest_modseq) == (uid_next, modseq)


def test_uid_validity_is_asked_for_when_examine_does_not_tell_it(scripted_imap):
    ours = opened(
        scripted_imap,
        expect("EXAMINE ", "* 1 EXISTS", "{tag} OK [READ-ONLY] done"),
        expect(
            'STATUS "INBOX" \\(UIDVALIDITY\\)$', "* STATUS INBOX (UIDVALIDITY 5)", "{tag} OK done"
        ),
    )

    with ours:
        assert ours.select("INBOX").uid_validity == 5


@pytest.mark.parametrize("told", ["", "UIDVALIDITY 0", f"UIDVALIDITY {2**63}"])
def test_a_folder_without_any_uid_validity_is_not_used(scripted_imap, told):
    ours = opened(
        scripted_imap,
        expect("EXAMINE ", "* 1 EXISTS", "{tag} OK [READ-ONLY] done"),
        expect("STATUS ", f"* STATUS INBOX ({told})", "{tag} OK done"),
    )

    with ours:
        facts = facts_of(ours.select, "INBOX")

    assert facts.happening is Happening.NOT_UNDERSTOOD
    assert "UIDVALIDITY" in facts.detail


@pytest.mark.parametrize(("said", "meant"), [(0, None), (2**63 - 1, 2**63 - 1), (2**63, None)])
def test_a_modseq_of_zero_or_beyond_63_bits_means_none(scripted_imap, said, meant):
    ours = opened(
        scripted_imap,
        expect(
            r'STATUS "INBOX" \(MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ\)$',
            f"* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3 HIGHESTMODSEQ {said})",
            "{tag} OK done",
        ),
        capabilities="IMAP4rev1 CONDSTORE",
    )

    with ours:
        assert ours.status("INBOX").highest_modseq == meant


def test_a_status_without_figures_is_not_understood(scripted_imap):
    step = expect("STATUS ", "* STATUS INBOX (UIDVALIDITY 3)", "{tag} OK done")

    with opened(scripted_imap, step) as ours:
        assert facts_of(ours.status, "INBOX").happening is Happening.NOT_UNDERSTOOD


def test_the_size_of_a_folder_is_asked_for_or_added_up(dovecot, start_dovecot):
    plain = start_dovecot(capability="IMAP4rev1 UIDPLUS ID")
    sizes = []

    for server in (dovecot, plain):
        user = server.user()
        server.deliver_many(user, mails.generate(20, seed=5))
        with session(on_dovecot(server, user)) as ours:
            sizes.append(ours.mailbox_size("INBOX"))
            ours.select("INBOX")
            assert sizes[-1] == sum(size for _, size in ours.sizes(ours.uids()))

    assert sizes[0] == sizes[1] > 0


def test_an_empty_folder_has_no_size(start_dovecot):
    plain = start_dovecot(capability="IMAP4rev1 UIDPLUS ID")

    with session(on_dovecot(plain, plain.user())) as ours:
        assert ours.mailbox_size("INBOX") == 0
        assert ours.uids() == []
