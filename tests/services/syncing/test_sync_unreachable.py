"""A server that cannot be reached: the same finding in the report, on the mailbox, in the log."""

from collections.abc import Callable

import pytest

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.deeds import BYE_GREETING, SSH_GREETING, Close, Stall
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.ports import free_port
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Encryption, Server, State
from mailboxadmin.domain.run import Outcome
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import entries


def failed(office: Office, box: Box) -> Finding:
    """How the sync failed, after a look that it says the same everywhere."""
    report = office.sync(box)

    finding = report.finding
    assert report.outcome is Outcome.FAILED
    assert finding is not None
    row = office.row(box)
    assert row.finding == finding.as_json()
    assert row.state == (State.RETRYING if finding.temporary else State.NEEDS_ACTION)
    assert row.next_attempt_at is not None
    assert row.last_success_at is None
    (entry,) = entries(office, box, "sync")
    assert entry.code == "sync.failed"
    assert entry.message == finding.summary
    assert entry.detail["finding"] == finding.as_json()
    return finding


def at(host: str, port: int, encryption: Encryption = Encryption.NONE) -> Server:
    return Server(host=host, port=port, encryption=encryption)


def test_a_host_that_does_not_exist(open_office: Callable[..., Office], dns_stub: NameServer):
    office = open_office(nameservers=((dns_stub.address, dns_stub.port),))
    box = office.mailbox_at(at("imap.exampel.org", 993, Encryption.SSL))

    finding = failed(office, box)

    assert (finding.code, finding.field) == ("dns.host_not_found", "imap_host")
    assert "imap.exampel.org" in finding.summary


def test_a_port_on_which_nothing_listens(office: Office):
    finding = failed(office, office.mailbox_at(at("127.0.0.1", free_port())))

    assert (finding.code, finding.temporary) == ("tcp.refused", True)


def test_a_certificate_of_an_unknown_authority(office: Office, dovecot: Dovecot):
    box = office.mailbox_at(at("127.0.0.1", dovecot.ssl_port, Encryption.SSL), dovecot.user())

    finding = failed(office, box)

    assert finding.code == "tls.untrusted_certificate"
    assert dovecot.logins_of(box.account).accepted == 0


def test_the_same_certificate_when_its_authority_is_trusted(
    open_office: Callable[..., Office], dovecot: Dovecot
):
    office = open_office(ca_file=str(dovecot.ca_file))
    box = office.mailbox_at(at("localhost", dovecot.ssl_port, Encryption.SSL), dovecot.user())

    assert office.sync(box).outcome is Outcome.OK


def test_a_certificate_for_another_name(
    open_office: Callable[..., Office], certificates: Certificates, scripted_imap
):
    office = open_office(ca_file=str(certificates.ca_file))
    # The second connection looks at the certificate, to say for whom it is.
    server = scripted_imap([], [], certificate=certificates.wrong_name(), may_stop_early=True)

    finding = failed(office, office.mailbox_at(at("localhost", server.port, Encryption.SSL)))

    assert finding.code == "tls.wrong_host"


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (BYE_GREETING, "greeting.refused"),
        (Close(), "greeting.refused"),
        (SSH_GREETING, "greeting.not_imap"),
    ],
)
def test_a_server_that_greets_otherwise(office: Office, scripted_imap, greeting, code: str):
    server = scripted_imap(greeting=greeting, may_stop_early=True)

    assert failed(office, office.mailbox_at(at(server.host, server.port))).code == code


def test_a_server_that_never_greets(office: Office, scripted_imap):
    server = scripted_imap(greeting=Stall(), may_stop_early=True)

    finding = failed(office, office.mailbox_at(at(server.host, server.port)))

    assert (finding.code, finding.temporary) == ("greeting.timeout", True)
