"""Which certificate a server shows now, whoever vouches for it."""

from dataclasses import replace

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.imap.climb import Climb
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import Ladder, ignore
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.tls import parse_certificate


def shown_certificate(account: Account, network: Network, deadline: Deadline) -> Certificate | None:
    """What the server shows, with nothing pinned and nobody signed in; None without encryption.

    Raises:
        MailFailure: it cannot be reached, or shows no certificate that can be read.
    """
    bare = replace(account, password="", pinned=())
    try:
        wire = Climb(bare, network, deadline, Ladder(), ignore).up()
    except MailFailure as failure:
        if failure.facts.certificate is None:
            raise
        return failure.facts.certificate
    try:
        der = wire.connection.certificate()
    finally:
        wire.shutdown()
    return replace(parse_certificate(der, bare.server.host), vouched=True) if der else None
