"""Scenarios up to the greeting: names, ports, encryption, and whoever else answers."""

from mailboxadmin.demo.deeds import BYE_GREETING, SMTP_GREETING, Close, Stall
from mailboxadmin.demo.plays import Answers, LeadsTo, NameMoves, Place, Shows
from mailboxadmin.demo.scenario import Scenario
from mailboxadmin.domain.mailbox import Encryption

SSL, STARTTLS = Encryption.SSL, Encryption.STARTTLS

CONNECTING = (
    Scenario(
        code="dns.host_not_found",
        story="The mailbox is told a server name that the name server does not know.",
        play=LeadsTo(Place.NO_SUCH_NAME),
    ),
    Scenario(
        code="dns.resolver_down",
        story="The name server answers the question for the server’s address with a failure.",
        play=LeadsTo(Place.FAILING_RESOLVER),
    ),
    Scenario(
        code="tcp.refused",
        story="The mailbox is told a port at which nothing listens.",
        play=LeadsTo(Place.CLOSED_PORT),
    ),
    Scenario(
        code="tcp.timeout",
        story="The port takes no connection and refuses none, as behind a firewall. "
        "That takes 10 seconds.",
        play=LeadsTo(Place.SILENT_PORT),
    ),
    Scenario(
        code="tcp.unreachable",
        story="The server’s name leads to an address to which this machine has no way.",
        play=LeadsTo(Place.OFF_THE_MAP),
    ),
    Scenario(
        code="tls.untrusted_certificate",
        story="The server shows a certificate that it signed itself.",
        play=Answers(encryption=SSL, shows=Shows.SELF_SIGNED),
    ),
    Scenario(
        code="tls.expired_certificate",
        story="The server shows a certificate that ended on 1 January 2020.",
        play=Answers(encryption=SSL, shows=Shows.EXPIRED),
    ),
    Scenario(
        code="tls.wrong_host",
        story="The server shows a good certificate, which is for imap.elsewhere.example.",
        play=Answers(encryption=SSL, shows=Shows.OTHER_NAME),
    ),
    Scenario(
        code="tls.not_tls",
        story="The mailbox is told to use SSL, and the server speaks in clear at that port.",
        play=Answers(encryption=SSL),
    ),
    Scenario(
        code="tls.handshake_failed",
        story="The server closes the connection in the middle of the handshake.",
        play=Answers(encryption=SSL, greeting=Close()),
    ),
    Scenario(
        code="tls.starttls_missing",
        story="The mailbox is told to use STARTTLS, and the server does not offer it.",
        play=Answers(encryption=STARTTLS, greeting="* OK ready", capability="IMAP4rev1"),
    ),
    Scenario(
        code="greeting.timeout",
        story="The server takes the connection and says nothing. That takes 10 seconds.",
        play=Answers(greeting=Stall()),
    ),
    Scenario(
        code="greeting.refused",
        story="The server says BYE in place of its greeting.",
        play=Answers(greeting=BYE_GREETING),
    ),
    Scenario(
        code="greeting.not_imap",
        story="A server that sends mail answers at that port.",
        play=Answers(greeting=SMTP_GREETING),
    ),
    Scenario(
        code="local.host_not_allowed",
        story="Its owner named a server of the office, whose name then leads to an address that "
        "nobody may connect to.",
        play=NameMoves(),
    ),
)
