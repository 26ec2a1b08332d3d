"""The tls rung: STARTTLS agreed, the certificate accepted, or looked at so that it can be pinned.

A certificate that is refused never reaches Python, so it is fetched on a second
connection, on which nothing secret is said.
"""

import ssl
from collections.abc import Callable

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.clock import SystemClock
from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.imap import tls
from mailboxadmin.imap.connection import Connection
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.said import Heard
from mailboxadmin.imap.translate import WIRE_FAULTS, Scene
from mailboxadmin.imap.wire import Wire

Look = Callable[[], Certificate | None]


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


def accepted(der: bytes, scene: Scene) -> str:
    """The rung's sentence; with pins, only when the certificate is one of them.

    Raises:
        MailFailure: CERTIFICATE_UNTRUSTED, it is not a pinned one.
    """
    now = SystemClock().now()
    certificate = tls.parse_certificate(der)
    if not scene.account.pinned:
        return certificate.sentence(now)
    if certificate.fingerprint in scene.account.pinned:
        return f"pinned {certificate.sentence(now)}"
    detail = f"not the certificate that was pinned: {certificate.description(now)}"
    raise scene.failure(Happening.CERTIFICATE_UNTRUSTED, detail, certificate=certificate)


def refused(fault: ssl.SSLCertVerificationError, scene: Scene, look: Look) -> MailFailure:
    """Why the certificate was refused, and what it is."""
    detail = fault.verify_message
    shown = look()
    if shown is not None:
        detail = f"{detail}; {shown.description(SystemClock().now())}"
    return scene.failure(tls.happening_of(fault), detail, certificate=shown)


def look_at_certificate(address: str, scene: Scene, limit: Deadline) -> Certificate | None:
    """The certificate that was refused; None when it cannot be had a second time."""
    server = scene.account.server
    try:
        connection = Connection.open(address, server.port, limit)
        try:
            connection.patience(limit.cap(60))
            if server.encryption is Encryption.STARTTLS:
                Wire(connection, server.host, server.port, Heard()).xatom("STARTTLS")
            connection.secure(tls.unverified_context(), server.host)
            return tls.parse_certificate(connection.certificate())
        finally:
            connection.close()
    except WIRE_FAULTS:
        # The refusal is told without it: it is only an aid.
        return None
