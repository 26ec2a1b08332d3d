"""Words that nothing knows are kept when they are said, covered and counted."""

import pytest

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.unknown import UnknownAnswer
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.services.verdict.unknown import read_unknown, unknown_as_rows
from mailboxadmin.store import unknown
from mailboxadmin.store.store import DiskFull
from tests.support.configuring import ADMIN
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.scripted_steps import capability, expect, list_folders, login

MOON = "NO The moon is in the wrong phase for ann@example.org, ticket 20260302-7f3a"


@pytest.fixture
def moonstruck(scripted_imap, office: Office) -> Box:
    """Ann's mailbox on a server whose answer to the sign-in nobody knows; three times."""
    server = scripted_imap(*[[capability(), login(MOON)]] * 3, may_stop_early=True)
    return office.mailbox_at(Server(host=server.host, port=server.port, encryption=Encryption.NONE))


def known(office: Office) -> list[tuple[str, int]]:
    return [(answer.said, answer.times) for answer in read_unknown(office.deps)]


def refused(said: str) -> Facts:
    return Facts(
        phase=Phase.AUTH,
        happening=Happening.ANSWER_NO,
        server_said=said,
        host="mail.example.org",
    )


def test_a_sync_and_a_test_of_it_keep_the_same_words_once(office: Office, moonstruck: Box):
    office.sync(moonstruck)
    office.clock.advance(minutes=5)
    run_check(office.deps, moonstruck.id, actor=ADMIN)

    [answer] = read_unknown(office.deps)
    assert answer.said == "The moon is in the wrong phase for <address>, ticket <id>"
    assert (answer.phase, answer.happening) == (Phase.AUTH, Happening.ANSWER_NO)
    assert answer.times == 2
    assert (answer.last_at - answer.first_at).total_seconds() == 300


def test_a_draft_keeps_them_without_the_name_that_was_typed(
    office: Office, scripted_imap, moonstruck: Box
):
    server = scripted_imap([capability(), login("NO moonlover has no moon today")])
    texts = {
        "imap_host": server.host,
        "imap_port": str(server.port),
        "imap_encryption": "none",
    }
    draft = Draft(texts=texts, username="moonlover", password="moonlight")

    run_check(office.deps, moonstruck.id, draft, actor=ADMIN, set_by="admin")

    assert known(office) == [("<login> has no moon today", 1)]


def test_a_folder_that_fails_alone_keeps_them_without_its_name(office: Office, scripted_imap):
    server = scripted_imap(
        [
            capability(),
            login("OK [CAPABILITY IMAP4rev1] signed in"),
            expect("(SELECT|EXAMINE) ", "{tag} NO Moonlit is on the dark side"),
            list_folders("INBOX", "Moonlit"),
        ],
        may_stop_early=True,
    )
    where = Server(host=server.host, port=server.port, encryption=Encryption.NONE)
    box = office.mailbox_at(where, Account("ann@example.org", "x" * 9), folders=("Moonlit",))

    report = office.sync(box)

    assert report.finding is not None
    [answer] = read_unknown(office.deps)
    assert (answer.phase, answer.said) == (Phase.FOLDERS, "<folder> is on the dark side")


def test_what_is_known_is_not_kept(office: Office):
    ann = office.person("ann@example.org").mailbox_id or 0

    for facts in (
        refused("[AUTHENTICATIONFAILED] Authentication failed."),
        Facts(phase=Phase.TCP, happening=Happening.CONNECT_REFUSED, host="mail.example.org"),
        refused("20260302-7f3a-11"),
    ):
        finding_for(office.deps, ann, facts)

    assert known(office) == []


def test_a_code_alone_is_kept(office: Office):
    ann = office.person("ann@example.org").mailbox_id or 0

    finding_for(office.deps, ann, refused("[MOONPHASE]"))

    [answer] = read_unknown(office.deps)
    assert (answer.response_code, answer.said) == ("MOONPHASE", "")
    assert 'response_code = "MOONPHASE"' in unknown_as_rows(office.deps)


def test_of_too_many_those_that_came_longest_ago_go(office: Office, monkeypatch):
    monkeypatch.setattr(unknown, "MOST", 3)
    ann = office.person("ann@example.org").mailbox_id or 0

    for word in ("one", "two", "three", "one", "four"):
        office.clock.advance(minutes=1)
        finding_for(office.deps, ann, refused(f"Moon {word}"))

    assert sorted(known(office)) == [("Moon four", 1), ("Moon one", 2), ("Moon three", 1)]


def test_the_finding_does_not_depend_on_whether_they_can_be_kept(office: Office, monkeypatch):
    ann = office.person("ann@example.org").mailbox_id or 0

    def full(_db: object, _answer: UnknownAnswer) -> None:
        raise DiskFull("database or disk is full")

    monkeypatch.setattr(unknown, "note_answer", full)

    finding = finding_for(office.deps, ann, refused("Moonstruck"))

    assert (finding.code, finding.server_said) == ("unknown", "Moonstruck")
    assert known(office) == []
