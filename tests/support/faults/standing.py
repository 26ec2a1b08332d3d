"""A fault as it stands in the way of a mailbox: the server behind it, and how it is mended."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.faulty_imap import NONE, FaultyImap
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.ports import LOOPBACK, refusing_port, unanswering_port
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.imap.said import secret_forms
from tests.support.dovecot import Dovecot
from tests.support.faults.fault import Fault, Place
from tests.support.mailstore import Account


class Standing:
    """Where a mailbox is told to find its mail, and what answers there."""

    def __init__(self, server: Server, line: FaultyImap | None) -> None:
        self.server = server
        #: None where no server of ours is reached.
        self.line = line

    @property
    def mistakes(self) -> list[str]:
        """What must not be said to a server, and was."""
        return self.line.mistakes if self.line else []


@contextmanager
def standing(
    fault: Fault, dovecot: Dovecot, account: Account, certificates: Certificates, dns: NameServer
) -> Iterator[Standing]:
    """Play the fault; one that comes `later` waits for `begin`."""
    with ExitStack() as held:
        host, port, line = LOOPBACK, 0, None
        match fault.place:
            case Place.CLOSED_PORT:
                port = held.enter_context(refusing_port())
            case Place.SILENT_PORT:
                port = held.enter_context(unanswering_port())
            case Place.UNKNOWN_NAME:
                host, port = "nowhere.example.org", 993
            case Place.FAILING_RESOLVER:
                host, port = "failing.example.org", 993
                dns.servfail(host)
            case Place.SILENT_RESOLVER:
                host, port = "silent.example.org", 993
                dns.silent(host)
            case Place.SERVER:
                line = held.enter_context(_line(fault, dovecot, account, certificates))
                host, port = line.host, line.port
        yield Standing(Server(host=host, port=port, encryption=fault.encryption), line)


def _line(
    fault: Fault, dovecot: Dovecot, account: Account, certificates: Certificates
) -> FaultyImap:
    heard = " and ".join(secret_forms(account.name, account.password))
    shown = getattr(certificates, fault.certificate)() if fault.certificate else None
    return FaultyImap(
        dovecot.port,
        NONE if fault.later else fault,
        certificate=shown,
        starttls=fault.encryption is Encryption.STARTTLS,
        words={"heard": heard.encode()},
    )
