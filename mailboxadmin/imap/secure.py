"""The tls rung: STARTTLS agreed, the certificate accepted, or looked at so that it can be pinned.

    nothing pinned   the authorities decide; a refused certificate is looked at
    pinned           only a pinned one is accepted; of another it is asked whether the
                     authorities vouch for it, so that the pin may be what is out of date

A certificate that is refused never reaches Python, so both questions go to a second
connection, on which nothing secret is said.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.clock import SystemClock
from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.imap import tls
from mailboxadmin.imap.connection import Connection
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.said import Heard
from mailboxadmin.imap.translate import WIRE_FAULTS, Scene
from mailboxadmin.imap.wire import Wire

#: Asks on a second connection.
Look = Callable[[], Certificate | None]
Ask = Callable[[], bool]


def agree_starttls(wire: Wire, scene: Scene) -> None:
    """STARTTLS, so that the handshake can follow.

    Raises:
        MailFailure: STARTTLS_MISSING, or what the server said.
    """
    # PREAUTH: someone in between signs us in before we are alone with the server (RFC 9051, 11.1).
    if "STARTTLS" not in wire.capabilities or wire.state != "NONAUTH":
        raise scene.failure(Happening.STARTTLS_MISSING, "the server does not offer STARTTLS")
    answer, _ = wire.xatom("STARTTLS")
    if answer != "OK":
        raise scene.failure(Happening.STARTTLS_MISSING, "STARTTLS was refused", wire.heard.refusal)


def context_for(scene: Scene, ca_file: str | None) -> ssl.SSLContext:
    """What the handshake accepts: the pinned certificates are compared after it.

    Raises:
        MailFailure: UNEXPECTED, the file of extra authorities cannot be used.
    """
    if scene.account.pinned:
        return tls.unverified_context()
    try:
        return tls.trusting_context(ca_file)
    except OSError as fault:
        detail = f"the file of extra authorities, {ca_file}, cannot be used: {fault}"
        raise scene.failure(Happening.UNEXPECTED, detail) from fault


def accepted(der: bytes, scene: Scene, vouched: Ask) -> str:
    """The rung's sentence; with pins, only when the certificate is one of them.

    Raises:
        MailFailure: CERTIFICATE_CHANGED, it is not a pinned one.
    """
    now = SystemClock().now()
    certificate = tls.parse_certificate(der, scene.account.server.host)
    pinned = scene.account.pinned
    if not pinned:
        return certificate.sentence(now)
    if certificate.fingerprint in pinned:
        return f"pinned {certificate.sentence(now)}"
    detail = f"the server shows a {certificate.description(now)}; pinned is {', '.join(pinned)}"
    certificate = replace(certificate, vouched=vouched())
    raise scene.failure(Happening.CERTIFICATE_CHANGED, detail, certificate=certificate)


def refused(fault: ssl.SSLCertVerificationError, scene: Scene, look: Look) -> MailFailure:
    """Why the certificate was refused, and what it is."""
    # OpenSSL ends one of its sentences with a full stop.
    detail = fault.verify_message.rstrip(".")
    shown = look()
    if shown is not None:
        detail = f"{detail}; {shown.description(SystemClock().now())}"
    return scene.failure(tls.happening_of(fault), detail, certificate=shown)


def look_at_certificate(address: str, server: Server, limit: Deadline) -> Certificate | None:
    """The certificate that was refused; None when it cannot be had a second time."""
    try:
        with _second(address, server, limit, tls.unverified_context()) as connection:
            return tls.parse_certificate(connection.certificate(), server.host)
    except WIRE_FAULTS:
        # The refusal is told without it: it is only an aid.
        return None


def is_vouched_for(address: str, server: Server, limit: Deadline, ca_file: str | None) -> bool:
    """Whether the authorities vouch for what a server shows; False when it cannot be asked."""
    try:
        with _second(address, server, limit, tls.trusting_context(ca_file)):
            return True
    except WIRE_FAULTS:
        return False


@contextmanager
def _second(
    address: str, server: Server, limit: Deadline, context: ssl.SSLContext
) -> Iterator[Connection]:
    """A second connection, up to the handshake."""
    connection = Connection.open(address, server.port, limit)
    try:
        connection.patience(limit.cap(60))
        if server.encryption is Encryption.STARTTLS:
            Wire(connection, server.host, server.port, Heard()).xatom("STARTTLS")
        connection.secure(context, server.host)
        yield connection
    finally:
        connection.close()
