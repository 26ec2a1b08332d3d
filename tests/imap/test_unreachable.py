"""What can go wrong before a byte of IMAP was spoken: dns, tcp, tls."""

import errno
import socket

import pytest

from mailboxadmin.demo.deeds import Close, StartTls
from mailboxadmin.demo.ports import refusing_port, unanswering_port
from mailboxadmin.domain.errors import Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap import climb
from mailboxadmin.imap.connection import Connection
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import Network
from tests.imap.callers import account, failure, phases, session
from tests.support.scripted_steps import capability, expect, login

HOST = "localhost"


@pytest.fixture
def short_rungs(monkeypatch):
    """Ten seconds of silence are too long for a test."""
    monkeypatch.setattr(climb, "RUNG_LIMIT_S", 1.0)


def test_an_unknown_name_ends_at_the_first_rung(dns_stub):
    network = Network(nameservers=((dns_stub.address, dns_stub.port),))

    facts, steps = failure(account(993, host="imap.example.org"), network=network)

    assert facts.happening is Happening.NAME_UNKNOWN
    assert phases(steps) == [("dns", False)]


def test_a_port_where_nothing_listens_refuses():
    with refusing_port() as port:
        facts, steps = failure(account(port))

    assert facts.happening is Happening.CONNECT_REFUSED
    assert (facts.host, facts.port) == ("127.0.0.1", port)
    assert phases(steps) == [("dns", True), ("tcp", False)]
    assert steps[-1].detail.startswith("Connection refused (127.0.0.1, port ")


def test_a_firewall_that_drops_everything_is_a_time_out(short_rungs):
    with unanswering_port() as port:
        facts, _ = failure(account(port))

    assert facts.happening is Happening.CONNECT_TIMEOUT
    assert facts.phase is Phase.TCP


def test_no_route_is_unreachable(monkeypatch):
    def no_route(*_):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(Connection, "open", no_route)

    facts, _ = failure(account(993))

    assert facts.happening is Happening.UNREACHABLE
    assert "Network is unreachable" in facts.detail


def test_of_several_addresses_the_most_telling_failure_is_told(dns_stub, short_rungs):
    dns_stub.add("imap.example.org", "A", "127.0.0.1", "127.0.0.2")
    network = Network(nameservers=((dns_stub.address, dns_stub.port),))

    with unanswering_port() as port:  # 127.0.0.2 refuses there.
        facts, _ = failure(account(port, host="imap.example.org"), network=network)

    assert facts.happening is Happening.CONNECT_REFUSED
    assert "127.0.0.2" in facts.detail


@pytest.mark.parametrize(
    ("kind", "happening", "words"),
    [
        ("self_signed", Happening.CERTIFICATE_UNTRUSTED, "self-signed"),
        ("unknown_authority", Happening.CERTIFICATE_UNTRUSTED, "from trustme"),
        ("expired", Happening.CERTIFICATE_EXPIRED, "expired on 2020-01-01"),
        ("not_yet_valid", Happening.CERTIFICATE_EXPIRED, "not valid before 2035-01-01"),
        ("wrong_name", Happening.CERTIFICATE_WRONG_HOST, "imap.elsewhere.example"),
    ],
)
@pytest.mark.parametrize("starttls", [False, True])
def test_a_certificate_that_is_not_accepted_is_described_so_that_it_can_be_pinned(
    scripted_imap, certificates, kind, happening, words, starttls
):
    certificate = getattr(certificates, kind)()
    script = (
        [capability("IMAP4rev1 STARTTLS"), expect("STARTTLS$", "{tag} OK go", StartTls())]
        if starttls
        else []
    )
    server = scripted_imap(script, script, certificate=certificate, starttls=starttls)
    encryption = Encryption.STARTTLS if starttls else Encryption.SSL

    facts, steps = failure(
        account(server.port, host=HOST, encryption=encryption), ca_file=certificates.ca_file
    )

    assert facts.happening is happening
    assert facts.phase is Phase.TLS
    assert facts.server_said is None
    assert words in facts.detail
    assert f"SHA-256 fingerprint {certificate.fingerprint}" in facts.detail
    assert phases(steps)[-1] == ("tls", False)
    assert b"LOGIN" not in server.received


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("self_signed", "pinned certificate without a name, self-signed, good until 1 Jan 3000"),
        ("unknown_authority", "pinned certificate for localhost, from trustme "),
        ("expired", "expired on 2020-01-01"),
        ("not_yet_valid", "not valid before 2035-01-01"),
        ("wrong_name", "pinned certificate for imap.elsewhere.example, from trustme "),
    ],
)
def test_a_pinned_certificate_is_accepted_whatever_is_wrong_with_it(
    scripted_imap, certificates, kind, words
):
    """Also when it has expired: exactly this certificate is what the admin decided on."""
    certificate = getattr(certificates, kind)()
    server = scripted_imap(
        [capability(), login("OK [CAPABILITY IMAP4rev1] in")], certificate=certificate
    )

    to = account(
        server.port,
        host=HOST,
        encryption=Encryption.SSL,
        pinned=("0" * 64, certificate.fingerprint),
    )
    with session(to) as opened:
        tls = opened.steps[2]

    assert words in tls.detail


@pytest.mark.parametrize(("kind", "vouched"), [("good", True), ("self_signed", False)])
@pytest.mark.parametrize("starttls", [False, True])
def test_with_a_pin_nothing_else_is_accepted_not_even_a_good_certificate(
    scripted_imap, certificates, kind, vouched, starttls
):
    certificate = getattr(certificates, kind)()
    script = (
        [capability("IMAP4rev1 STARTTLS"), expect("STARTTLS$", "{tag} OK go", StartTls())]
        if starttls
        else []
    )
    # The second connection asks whether the authorities vouch for it.
    server = scripted_imap(
        script, script, certificate=certificate, starttls=starttls, may_stop_early=True
    )
    encryption = Encryption.STARTTLS if starttls else Encryption.SSL

    to = account(server.port, host=HOST, encryption=encryption, pinned=("0" * 64,))
    facts, _ = failure(to, ca_file=certificates.ca_file)

    assert facts.happening is Happening.CERTIFICATE_CHANGED
    assert certificate.fingerprint in facts.detail and f"pinned is {'0' * 64}" in facts.detail
    assert facts.certificate is not None
    assert (facts.certificate.host, facts.certificate.vouched) == (HOST, vouched)
    assert b"LOGIN" not in server.received


def test_without_the_extra_authority_its_certificates_are_not_trusted(scripted_imap, certificates):
    server = scripted_imap([], [], certificate=certificates.good())

    facts, _ = failure(account(server.port, host=HOST, encryption=Encryption.SSL))

    assert facts.happening is Happening.CERTIFICATE_UNTRUSTED


def test_a_file_of_authorities_that_is_none_is_our_own_fault(scripted_imap, tmp_path):
    server = scripted_imap(may_stop_early=True)
    (tmp_path / "ca.pem").write_text("no certificate")

    facts, _ = failure(account(server.port, encryption=Encryption.SSL), ca_file=tmp_path / "ca.pem")

    assert facts.happening is Happening.UNEXPECTED
    assert "ca.pem" in facts.detail


def test_tls_spoken_to_a_plain_port_is_said(scripted_imap):
    server = scripted_imap()

    facts, _ = failure(account(server.port, encryption=Encryption.SSL))

    assert facts.happening is Happening.NOT_TLS


def test_a_server_that_cuts_the_handshake_failed_it(scripted_imap):
    server = scripted_imap(greeting=Close())

    facts, _ = failure(account(server.port, encryption=Encryption.SSL))

    assert facts.happening is Happening.HANDSHAKE_FAILED
    assert facts.phase is Phase.TLS


def test_silence_in_the_handshake_is_a_time_out(short_rungs):
    with socket.create_server(("127.0.0.1", 0)) as never_accepts:
        port = never_accepts.getsockname()[1]
        facts, _ = failure(account(port, encryption=Encryption.SSL))

    assert facts.happening is Happening.TIMEOUT
    assert facts.phase is Phase.TLS


def test_starttls_that_is_not_offered_is_missing_and_no_password_is_sent(scripted_imap):
    server = scripted_imap([capability("IMAP4rev1")])

    facts, steps = failure(account(server.port, encryption=Encryption.STARTTLS))

    assert facts.happening is Happening.STARTTLS_MISSING
    assert phases(steps)[-2:] == [("greeting", True), ("tls", False)]
    assert b"LOGIN" not in server.received


def test_starttls_that_is_refused_is_missing_with_the_servers_words(scripted_imap):
    refusal = expect("STARTTLS$", "{tag} BAD TLS not available")
    server = scripted_imap([capability("IMAP4rev1 STARTTLS"), refusal])

    facts, _ = failure(account(server.port, encryption=Encryption.STARTTLS))

    assert facts.happening is Happening.ANSWER_BAD
    assert facts.phase is Phase.TLS
    assert facts.server_said == "TLS not available"


def test_a_greeting_that_signs_us_in_before_starttls_is_not_believed(scripted_imap):
    server = scripted_imap([capability("IMAP4rev1 STARTTLS")], greeting="* PREAUTH welcome, ann")

    facts, _ = failure(account(server.port, encryption=Encryption.STARTTLS))

    assert facts.happening is Happening.STARTTLS_MISSING


def test_capabilities_said_in_clear_are_forgotten_after_starttls(scripted_imap, certificates):
    server = scripted_imap(
        [
            capability("IMAP4rev1 STARTTLS LOGINDISABLED"),
            # What follows the OK in clear was put there by someone else.
            expect("STARTTLS$", b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 FORGED\r\n", StartTls()),
            capability("IMAP4rev1"),
            expect('LOGIN "ann"', "{tag} OK signed in"),
            capability("IMAP4rev1 GENUINE"),
        ],
        certificate=certificates.good(),
        starttls=True,
    )

    to = account(server.port, host=HOST, encryption=Encryption.STARTTLS)
    with session(to, ca_file=certificates.ca_file) as opened:
        assert opened.capabilities == {"IMAP4REV1", "GENUINE"}


def test_a_deadline_that_has_passed_is_told_as_such():
    with refusing_port() as port:
        facts, steps = failure(account(port), deadline=Deadline.after(0))

    assert facts.happening is Happening.DEADLINE
    assert facts.phase is Phase.LOCAL
    assert phases(steps) == [("dns", False)]
