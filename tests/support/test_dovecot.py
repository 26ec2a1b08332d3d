import ssl
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.support import dovecot_setup, mails
from tests.support.dovecot import Logins
from tests.support.dovecot_setup import DovecotUnavailable
from tests.support.mailstore import Account
from tests.support.odd_mails import odd

HELLO = b"Subject: hello\r\n\r\nHello Ann\r\n"


def test_delivered_bytes_come_back_over_imap(dovecot):
    ann = dovecot.user()
    arrived_at = datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
    dovecot.deliver(ann, HELLO, seen=True, internal_date=arrived_at)

    with dovecot.client(ann) as imap:
        imap.normalise_times = False
        imap.select_folder("INBOX", readonly=True)
        fetched = imap.fetch([1], ["BODY.PEEK[]", "FLAGS", "INTERNALDATE", "RFC822.SIZE"])[1]

    assert fetched[b"BODY[]"] == HELLO
    assert fetched[b"RFC822.SIZE"] == len(HELLO)
    assert fetched[b"INTERNALDATE"] == arrived_at
    assert b"\\Seen" in fetched[b"FLAGS"]


def test_both_ports_speak_tls_with_the_bench_certificate(dovecot):
    ann = dovecot.user()
    context = ssl.create_default_context(cafile=dovecot.ca_file)

    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=60) as upgraded:
        upgraded.starttls(context)
        upgraded.login(ann.name, ann.password)
    with IMAPClient(dovecot.host, dovecot.ssl_port, ssl_context=context, timeout=60) as encrypted:
        encrypted.login(ann.name, ann.password)

    assert dovecot.logins_of(ann).accepted == 2


def test_many_messages_keep_their_order(dovecot):
    ann = dovecot.user()

    count = dovecot.deliver_many(ann, mails.generate(60), "Archive/Größe 3.5")

    with dovecot.client(ann) as imap:
        imap.select_folder("Archive/Größe 3.5")
        fetched = imap.fetch(imap.search(), ["BODY.PEEK[]"])
    assert count == 60
    assert [fetched[uid][b"BODY[]"] for uid in sorted(fetched)] == list(mails.generate(60))


def test_every_odd_message_can_be_delivered(dovecot):
    ann = dovecot.user()
    messages = list(odd().values())
    dovecot.deliver_many(ann, messages)

    with dovecot.client(ann) as imap:
        imap.select_folder("INBOX")
        fetched = [imap.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] for uid in imap.search()]

    assert len(fetched) == len(messages)
    assert fetched[2] == messages[2]


def test_a_delivery_shows_in_an_open_session(dovecot):
    ann = dovecot.user()

    with dovecot.client(ann) as imap:
        imap.select_folder("INBOX")
        before = imap.search()
        dovecot.deliver(ann, HELLO)
        imap.noop()
        after = imap.search()

    assert (before, after) == ([], [1])


def test_a_changed_password_counts_at_once(dovecot):
    ann = dovecot.user()
    dovecot.client(ann).logout()

    changed = dovecot.change_password(ann, 'with "quotes" and \\')

    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        dovecot.client(ann)
    dovecot.client(changed).logout()
    assert dovecot.logins_of(ann) == Logins(accepted=2, refused=1, over_limit=0)


def test_a_user_can_appear_after_being_refused(dovecot):
    name = "late@example.org"
    with pytest.raises(LoginError):
        dovecot.client(Account(name, "too early"))

    dovecot.client(dovecot.user(name, "in time")).logout()

    assert dovecot.logins_of(name) == Logins(accepted=1, refused=1, over_limit=0)


def test_another_program_can_change_the_mail(dovecot):
    ann = dovecot.user()
    dovecot.deliver_many(ann, [HELLO] * 4)

    dovecot.add_flags(ann, "INBOX", [1, 2], "\\Seen", "$Label1")
    dovecot.remove_flags(ann, "INBOX", [2], "\\Seen")
    dovecot.expunge(ann, "INBOX", [3])
    dovecot.move(ann, "INBOX", [4], "Trash")

    assert dovecot.flags(ann) == {1: frozenset({"\\Seen", "$Label1"}), 2: frozenset({"$Label1"})}
    assert dovecot.flags(ann, "Trash") == {1: frozenset()}
    assert (
        dovecot.status(ann).messages,
        dovecot.status(ann).unseen,
        dovecot.status(ann).uid_next,
    ) == (2, 1, 5)


def test_folders_come_and_go(dovecot):
    ann = dovecot.user()
    dovecot.create_folder(ann, "Kunden/日本")
    dovecot.create_folder(ann, "Old")
    dovecot.rename_folder(ann, "Old", "New")
    dovecot.create_folder(ann, "Gone")
    dovecot.delete_folder(ann, "Gone")

    folders = set(dovecot.folders(ann))

    assert {"INBOX", "Sent", "Drafts", "Trash", "Junk", "Kunden/日本", "New"} <= folders
    assert not {"Old", "Gone"} & folders


@pytest.mark.parametrize("folder", ["INBOX", "Projects/2024"])
def test_a_new_uid_validity_comes_with_new_uids(dovecot, folder):
    ann = dovecot.user()
    dovecot.deliver_many(ann, [HELLO] * 3, folder)
    before = dovecot.status(ann, folder)
    dovecot.expunge(ann, folder, [1])

    dovecot.change_uid_validity(ann, folder)

    after = dovecot.status(ann, folder)
    assert after.uid_validity != before.uid_validity
    assert sorted(dovecot.flags(ann, folder)) == [1, 2]


def test_connections_are_counted_and_can_be_cut(dovecot):
    ann = dovecot.user()
    client = dovecot.client(ann)
    assert dovecot.connections(ann) == 1

    dovecot.kick(ann)

    assert dovecot.connections(ann) == 0
    with pytest.raises(client.AbortError):
        client.noop()
        client.noop()  # The first may still read the server's goodbye.


def test_it_looks_like_exchange_when_told(start_dovecot):
    server = start_dovecot(capability=dovecot_setup.EXCHANGE_CAPABILITY)

    with server.client(server.user()) as imap:
        capabilities = imap.capabilities()

    assert b"UIDPLUS" in capabilities
    assert not {b"CONDSTORE", b"ENABLE", b"SPECIAL-USE", b"MOVE"} & set(capabilities)


def test_the_connection_limit_is_a_real_one(start_dovecot):
    server = start_dovecot(max_userip_connections=1)
    ann = server.user()

    with server.client(ann), pytest.raises(LoginError, match=r"\[LIMIT\]"):
        server.client(ann)

    assert server.logins_of(ann) == Logins(accepted=1, refused=0, over_limit=1)


def test_a_stopped_server_comes_back_with_its_mail(start_dovecot):
    server = start_dovecot()
    ann = server.user()
    server.deliver(ann, HELLO)

    server.stop()
    with pytest.raises(ConnectionRefusedError):
        server.client(ann)
    server.start()

    with server.client(ann) as imap:
        assert imap.select_folder("INBOX")[b"EXISTS"] == 1


def test_doveadm_failures_are_told_in_its_words(dovecot):
    with pytest.raises(RuntimeError, match="doesn't exist"):
        dovecot.delete_folder(dovecot.user(), "never made")


@pytest.mark.parametrize("version", ["2.4.1-4 (7d8c0e5759)", "2.2.36", "gibberish"])
def test_other_versions_are_refused_by_name(version):
    with pytest.raises(DovecotUnavailable, match=version.split()[0]):
        dovecot_setup.require_version_2_3(f"{version}\n")


def test_a_missing_dovecot_is_told_with_the_remedy():
    with pytest.raises(DovecotUnavailable, match="apt-get install dovecot-imapd"):
        dovecot_setup.program("dovecot-that-is-not-there")
