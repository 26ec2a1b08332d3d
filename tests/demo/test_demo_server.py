"""The sample office's mail server, asked over real IMAP."""

import email
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailboxadmin.demo.letter import Letter
from mailboxadmin.demo.letters import letters_for
from mailboxadmin.demo.people import SamplePerson, sample_people
from mailboxadmin.demo.server import DemoImapServer

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
RAW = b"From: marta@harbourcafe.example\r\nSubject: Hello\r\n\r\nThe counter is lovely.\r\n"


@pytest.fixture
def people() -> tuple[SamplePerson, ...]:
    return sample_people()


@pytest.fixture
def server(people: tuple[SamplePerson, ...]) -> Iterator[DemoImapServer]:
    with DemoImapServer(people) as running:
        yield running


@pytest.fixture
def dana(people: tuple[SamplePerson, ...]) -> SamplePerson:
    return next(person for person in people if person.email == "dana@example.org")


def connect(server: DemoImapServer, person: SamplePerson) -> IMAPClient:
    client = IMAPClient(server.host, server.port, ssl=False, timeout=60)
    client.login(person.email, person.imap_password)
    return client


def test_it_starts_and_leaves_no_thread_behind(
    people: tuple[SamplePerson, ...],
) -> None:
    before = set(threading.enumerate())

    with DemoImapServer(people) as server:
        port = server.port

    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_it_listens_where_it_is_told_and_refuses_a_port_in_use(
    people: tuple[SamplePerson, ...],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]

        with pytest.raises(OSError, match="in use"), DemoImapServer(people, port=taken):
            pass

    with DemoImapServer(people, port=taken) as server:
        assert server.port == taken


def test_stopping_says_bye_to_who_is_connected(people: tuple[SamplePerson, ...]) -> None:
    with DemoImapServer(people) as server:
        client = connect(server, people[0])

    with pytest.raises(IMAPClient.AbortError):
        client.noop()


def test_a_wrong_password_is_refused_by_the_server(
    server: DemoImapServer, dana: SamplePerson
) -> None:
    client = IMAPClient(server.host, server.port, ssl=False, timeout=60)

    with pytest.raises(LoginError, match=r"\[AUTHENTICATIONFAILED\]"):
        client.login(dana.email, "not-the-password")


def test_the_password_that_the_app_holds_for_anna_is_the_only_one_refused(
    server: DemoImapServer, people: tuple[SamplePerson, ...]
) -> None:
    refused = []

    for person in (each for each in people if each.entered_password):
        client = IMAPClient(server.host, server.port, ssl=False, timeout=60)
        try:
            client.login(person.email, person.entered_password)
        except LoginError:
            refused.append(person.email)

    assert refused == ["anna@example.org"]
    assert [each.email for each in people if not (each.connects or each.joins)] == refused


def test_everybody_has_folders_in_the_language_of_their_mail_program(
    server: DemoImapServer, dana: SamplePerson
) -> None:
    with connect(server, dana) as client:
        names = [name for _, _, name in client.list_folders()]

    assert names == ["INBOX", "Gesendet", "Entwürfe", "Archiv", "Papierkorb", "Spam"]


def test_every_letter_comes_back_byte_for_byte_with_its_date_and_flag(
    server: DemoImapServer, people: tuple[SamplePerson, ...]
) -> None:
    ben = next(person for person in people if person.email == "ben@example.org")
    letters = letters_for(ben, NOW)

    server.fill(ben.email, letters)

    with connect(server, ben) as client:
        client.normalise_times = False
        for folder in {letter.folder for letter in letters}:
            there = fetch_all(client, folder)
            sent = [letter for letter in letters if letter.folder == folder]
            assert [answer[b"BODY[]"] for answer in there] == [letter.raw for letter in sent]
            assert [answer[b"RFC822.SIZE"] for answer in there] == [len(x.raw) for x in sent]
            assert [answer[b"INTERNALDATE"] for answer in there] == [x.at for x in sent]
            assert [b"\\Seen" in answer[b"FLAGS"] for answer in there] == [x.seen for x in sent]
            for answer in there:
                email.message_from_bytes(answer[b"BODY[]"])


def test_mail_programs_may_ask_for_the_outline_of_every_letter(
    server: DemoImapServer, people: tuple[SamplePerson, ...]
) -> None:
    for person in people:
        letters = letters_for(person, NOW)
        server.fill(person.email, letters)

        with connect(server, person) as client:
            for folder in {letter.folder for letter in letters}:
                client.select_folder(folder, readonly=True)
                outlines = client.fetch(client.search(), ["ENVELOPE", "BODYSTRUCTURE"])
                assert len(outlines) == [letter.folder for letter in letters].count(folder)


def fetch_all(client: IMAPClient, folder: str) -> list[dict[bytes, object]]:
    client.select_folder(folder, readonly=True)
    answers = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE", "RFC822.SIZE"])
    return [answers[uid] for uid in sorted(answers)]


def test_a_delivered_letter_shows_up_unread_above_all_others_whose_uids_stay(
    server: DemoImapServer, dana: SamplePerson
) -> None:
    server.fill(dana.email, [Letter(raw=RAW, at=NOW - timedelta(days=1), seen=True)])
    with connect(server, dana) as client:
        validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
        first = client.search()

    server.deliver(dana.email, RAW, at=NOW)

    with connect(server, dana) as client:
        assert client.select_folder("INBOX")[b"UIDVALIDITY"] == validity
        assert client.search()[:-1] == first
        assert client.search("UNSEEN") == client.search()[-1:]


def test_a_letter_may_go_into_a_folder_that_did_not_exist(
    server: DemoImapServer, dana: SamplePerson
) -> None:
    server.deliver(dana.email, RAW, "Projekte/Mühlgasse", at=NOW)

    with connect(server, dana) as client:
        assert client.select_folder("Projekte/Mühlgasse")[b"EXISTS"] == 1


def test_nothing_is_delivered_to_a_stranger(server: DemoImapServer) -> None:
    with pytest.raises(KeyError, match=r"nobody@example\.org"):
        server.deliver("nobody@example.org", RAW, at=NOW)
