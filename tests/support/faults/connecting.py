"""Before a word of IMAP: names, ports, TLS, and whoever else answers there."""

from mailboxadmin.demo.deeds import (
    BYE_GREETING,
    HTTP_GREETING,
    POP3_GREETING,
    SMTP_GREETING,
    SSH_GREETING,
    Close,
    CloseAfter,
    Drip,
    Stall,
    StartTls,
)
from mailboxadmin.domain.mailbox import Encryption
from tests.support.faults.fault import Fault, Place

SSL, STARTTLS = Encryption.SSL, Encryption.STARTTLS

ROADS = (
    Fault(name="nothing listens", place=Place.CLOSED_PORT, check="tcp.refused"),
    Fault(
        name="a firewall drops everything",
        place=Place.SILENT_PORT,
        check="tcp.timeout",
        hangs=True,
    ),
    Fault(name="an unknown name", place=Place.UNKNOWN_NAME, check="dns.host_not_found"),
    Fault(name="the resolver fails", place=Place.FAILING_RESOLVER, check="dns.resolver_down"),
    Fault(
        name="the resolver is silent",
        place=Place.SILENT_RESOLVER,
        check="dns.resolver_down",
        hangs=True,
    ),
)

GREETINGS = (
    Fault(name="no greeting", greeting=Stall(), check="greeting.timeout", hangs=True),
    Fault(
        name="a greeting that drips",
        greeting=Drip("* OK ready"),
        check="greeting.timeout",
        hangs=True,
    ),
    Fault(
        name="a web server",
        greeting=HTTP_GREETING,
        check="greeting.not_imap",
        quotes="HTTP/1.1 400 Bad Request",
    ),
    Fault(
        name="an SMTP server",
        greeting=SMTP_GREETING,
        check="greeting.not_imap",
        quotes="220 mail.example.org ESMTP Postfix",
    ),
    Fault(
        name="an SSH server",
        greeting=SSH_GREETING,
        check="greeting.not_imap",
        quotes="SSH-2.0-OpenSSH",
    ),
    Fault(name="a POP3 server", greeting=POP3_GREETING, check="greeting.not_imap", quotes="+OK"),
    Fault(
        name="noise in place of a greeting", greeting=b"\x80\xff" * 9000, check="greeting.not_imap"
    ),
    Fault(
        name="BYE in place of a greeting",
        greeting=BYE_GREETING,
        check="greeting.refused",
        quotes="Too many connections, try again later",
    ),
    Fault(name="closed before a greeting", greeting=Close(), check="greeting.refused"),
    Fault(name="reset before a greeting", greeting=Close(reset=True), check="greeting.refused"),
    Fault(
        name="closed in a greeting",
        greeting=CloseAfter("* OK ready", 6),
        check="greeting.refused",
    ),
    # What a person meets who chose no encryption for the port of TLS.
    Fault(
        name="TLS where none is expected",
        certificate="good",
        check="greeting.timeout",
        hangs=True,
    ),
)


def _shows(certificate: str, code: str) -> Fault:
    name = f"a certificate: {certificate.replace('_', ' ')}"
    return Fault(name=name, encryption=SSL, certificate=certificate, check=code)


CERTIFICATES = (
    _shows("expired", "tls.expired_certificate"),
    _shows("not_yet_valid", "tls.expired_certificate"),
    _shows("wrong_name", "tls.wrong_host"),
    _shows("unknown_authority", "tls.untrusted_certificate"),
    _shows("self_signed", "tls.untrusted_certificate"),
    _shows("missing_intermediate", "tls.untrusted_certificate"),
    _shows("short_key", "tls.untrusted_certificate"),
    _shows("obsolete", "tls.handshake_failed"),
)

ENCRYPTION = (
    Fault(name="no TLS where it is expected", encryption=SSL, check="tls.not_tls"),
    Fault(
        name="silence in the handshake",
        encryption=SSL,
        greeting=Stall(),
        check="greeting.timeout",
        hangs=True,
    ),
    Fault(
        name="closed in the handshake",
        encryption=SSL,
        greeting=Close(),
        check="tls.handshake_failed",
    ),
    Fault(
        name="STARTTLS is not offered",
        encryption=STARTTLS,
        capability="IMAP4rev1",
        check="tls.starttls_missing",
    ),
    Fault(
        name="NO to STARTTLS",
        encryption=STARTTLS,
        at="STARTTLS",
        does=("{tag} NO not here",),
        check="tls.starttls_missing",
        quotes="not here",
    ),
    Fault(
        name="BAD to STARTTLS",
        encryption=STARTTLS,
        at="STARTTLS",
        does=("{tag} BAD what is that",),
        check="tls.starttls_missing",
        quotes="what is that",
    ),
    Fault(
        name="BYE to STARTTLS",
        encryption=STARTTLS,
        at="STARTTLS",
        does=("* BYE busy", Close()),
        check="greeting.refused",
        quotes="busy",
    ),
    Fault(
        name="closed at STARTTLS",
        encryption=STARTTLS,
        at="STARTTLS",
        does=(Close(),),
        check="tls.handshake_failed",
    ),
    Fault(
        name="silence at STARTTLS",
        encryption=STARTTLS,
        at="STARTTLS",
        does=(Stall(),),
        check="greeting.timeout",
        hangs=True,
    ),
    Fault(
        name="no TLS after STARTTLS",
        encryption=STARTTLS,
        at="STARTTLS",
        does=("{tag} OK begin", "* OK still in clear", Stall()),
        check="tls.not_tls",
    ),
    Fault(
        name="STARTTLS with a wrong certificate",
        encryption=STARTTLS,
        certificate="wrong_name",
        check="tls.wrong_host",
    ),
    # Somebody in between slips an answer in before the handshake (CVE-2011-0411); it is dropped.
    Fault(
        name="words slipped in before the handshake",
        encryption=STARTTLS,
        certificate="good",
        at="STARTTLS",
        does=(b"{tag} OK begin\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n", StartTls()),
        check=None,
    ),
)

CONNECTING = (*ROADS, *GREETINGS, *CERTIFICATES, *ENCRYPTION)
