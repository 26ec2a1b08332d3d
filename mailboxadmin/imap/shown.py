"""The certificate that the server of a signed-in session showed."""

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.imap.session import Session
from mailboxadmin.imap.tls import parse_certificate


def certificate_of(session: Session, server: Server) -> Certificate | None:
    """None without encryption."""
    if server.encryption is Encryption.NONE:
        return None
    return parse_certificate(session._wire.connection.certificate(), server.host)
