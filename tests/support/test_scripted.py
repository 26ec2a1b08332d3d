import socket
import ssl
import time
from contextlib import suppress

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailboxadmin.demo.deeds import (
    BYE_GREETING,
    IMPOSSIBLE_LITERAL,
    SSH_GREETING,
    Close,
    CloseAfter,
    Drip,
    Pause,
    Stall,
    StartTls,
)
from tests.support.scripted import ScriptedImap
from tests.support.scripted_steps import answer, capability, expect, literal, login, select


def connect(server, **options):
    return IMAPClient(server.host, server.port, **({"ssl": False, "timeout": 5} | options))


def test_a_client_that_keeps_to_the_script(scripted_imap):
    message = b"Subject: {tag} stays out of it\r\n\r\nHello\r\n".replace(b"{tag}", b"tag")
    fetch = expect(
        r"UID FETCH 1 \(BODY.PEEK\[\]\)",
        literal("* 1 FETCH (UID 1 BODY[]", message, ")"),
        "{tag} OK done",
    )
    server = scripted_imap([capability(), login(), select(exists=1, uid_validity=7), fetch])

    with connect(server) as imap:
        imap.login("ann", "secret")
        selected = imap.select_folder("INBOX")
        fetched = imap.fetch([1], ["BODY.PEEK[]"])

    assert (selected[b"EXISTS"], selected[b"UIDVALIDITY"]) == (1, 7)
    assert fetched[1][b"BODY[]"] == message
    assert server.commands[1:] == [
        'LOGIN ann "secret"',
        'SELECT "INBOX"',
        "UID FETCH 1 (BODY.PEEK[])",
        "LOGOUT",
    ]
    assert b' LOGIN ann "secret"\r\n' in server.received


def test_an_unexpected_command_is_told_with_what_was_expected():
    server = ScriptedImap([capability(), login(), expect("IDLE")])

    with connect(server) as imap:
        imap.login("ann", "secret")
        with pytest.raises(imap.Error):
            imap.noop()
    server.stop()

    with pytest.raises(AssertionError, match="Expected 'IDLE', received 'NOOP'"):
        server.verify()


def test_a_script_that_is_left_early_is_told():
    server = ScriptedImap([capability(), login()])

    connect(server).shutdown()
    server.stop()

    with pytest.raises(AssertionError, match="Step 2 of 2 never came: expected 'LOGIN '"):
        server.verify()


def test_leaving_early_can_be_allowed(scripted_imap):
    server = scripted_imap([capability(), login()], may_stop_early=True)

    connect(server).shutdown()

    server.stop()
    assert server.commands == ["CAPABILITY"]


def test_each_connection_has_its_script_and_one_more_is_a_mistake():
    server = ScriptedImap([capability()], [capability("IMAP4rev1 IDLE")])

    capabilities = [connect(server).capabilities() for _ in range(2)]
    with pytest.raises((IMAPClient.Error, OSError)):
        connect(server)
    server.stop()

    assert (b"IDLE" in capabilities[0], b"IDLE" in capabilities[1]) == (False, True)
    with pytest.raises(AssertionError, match="1 more connections than there are scripts"):
        server.verify()


def test_a_literal_in_a_command_is_taken_whole(scripted_imap):
    append = expect(r'APPEND "INBOX" .*\{5\}\r\nhello$', "{tag} OK done")
    server = scripted_imap([capability(), login(), append])

    with connect(server) as imap:
        imap.login("ann", "secret")
        imap.append("INBOX", b"hello")

    assert b"{5}\r\nhello\r\n" in server.received


def test_a_dialogue_inside_a_command(scripted_imap):
    refused = "+ eyJzdGF0dXMiOiI0MDAifQ=="
    script = [
        capability("IMAP4rev1 AUTH=XOAUTH2"),
        expect("AUTHENTICATE XOAUTH2$", "+ "),
        answer("[A-Za-z0-9+/]+=*$", refused),
        answer("$", "{tag} NO [AUTHENTICATIONFAILED] expired"),
    ]
    server = scripted_imap(script)
    challenges = []

    with connect(server) as imap, pytest.raises(LoginError, match="expired"):
        imap.sasl_login(
            "XOAUTH2",
            lambda challenge: (
                challenges.append(challenge) or [b"user=ann", b""][len(challenges) - 1]
            ),
        )

    assert challenges == [b"", b'{"status":"400"}']


def test_starttls_and_tls_at_once(scripted_imap, certificates):
    trusting = ssl.create_default_context(cafile=certificates.ca_file)
    upgrade = expect("STARTTLS$", "{tag} OK go", StartTls())
    certificate = certificates.good()
    plain_first = scripted_imap(
        [capability("IMAP4rev1 STARTTLS"), upgrade, capability()],
        certificate=certificate,
        starttls=True,
    )
    at_once = scripted_imap([capability()], certificate=certificate)

    with connect(plain_first) as imap:
        imap.starttls(trusting)
    with connect(at_once, ssl=True, ssl_context=trusting):
        pass

    assert at_once.commands == ["CAPABILITY", "LOGOUT"]


def test_a_refused_certificate_is_no_mistake_of_the_client(scripted_imap, certificates):
    server = scripted_imap(certificate=certificates.expired())

    with pytest.raises(ssl.SSLCertVerificationError):
        connect(
            server, ssl=True, ssl_context=ssl.create_default_context(cafile=certificates.ca_file)
        )


def test_plain_text_on_a_tls_port(scripted_imap):
    server = scripted_imap()

    with pytest.raises(ssl.SSLError):
        connect(server, ssl=True, ssl_context=ssl.create_default_context())


@pytest.mark.parametrize("greeting", [SSH_GREETING, BYE_GREETING])
def test_greetings_that_end_it(scripted_imap, greeting):
    server = scripted_imap(greeting=greeting)

    with pytest.raises(IMAPClient.Error):
        connect(server)


@pytest.mark.parametrize(
    "silence", [{"greeting": Stall()}, {"greeting": Drip("* OK slow", bytes_per_s=5)}]
)
def test_silence_and_dripping_outlast_a_patient_client(scripted_imap, silence):
    server = scripted_imap(**silence)
    end = time.monotonic() + 0.5

    with socket.create_connection((server.host, server.port), timeout=0.5) as client:
        said = b""
        # A busy machine may be slow to drip; nothing that was said is no end either.
        with suppress(TimeoutError):
            while time.monotonic() < end:
                said += client.recv(1) or b"the end"

    assert b"* OK slow".startswith(said)


def test_closing_in_the_middle_of_a_message(scripted_imap):
    cut = CloseAfter(literal("* 1 FETCH (UID 1 BODY[]", b"x" * 1000, ")"), 200)
    server = scripted_imap([capability(), login(), expect("UID FETCH", cut)])
    imap = connect(server)
    imap.login("ann", "secret")
    imap._imap.state = "SELECTED"

    with pytest.raises(IMAPClient.AbortError):
        imap.fetch([1], ["BODY[]"])


def test_a_reset_connection(scripted_imap):
    server = scripted_imap([expect("NOOP", Pause(0.01), Close(reset=True))])

    with socket.create_connection((server.host, server.port), timeout=60) as client:
        client.recv(100)
        client.sendall(b"A1 NOOP\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def test_an_impossible_literal_reaches_the_client(scripted_imap):
    server = scripted_imap([expect("FETCH", IMPOSSIBLE_LITERAL)])

    with socket.create_connection((server.host, server.port), timeout=60) as client:
        client.recv(100)
        client.sendall(b"A1 FETCH 1 BODY[]\r\n")
        reply = client.recv(100)

    assert reply.endswith(b"{99999999999999999}\r\n")
