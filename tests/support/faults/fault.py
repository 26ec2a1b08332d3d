"""One named fault: how a server misbehaves, and what Mailbox Admin must say of it."""

from dataclasses import dataclass
from enum import Enum, auto

from mailboxadmin.demo.faulty_imap import Trouble
from mailboxadmin.domain.mailbox import Encryption, State

#: Codes after which someone must act; after all others it goes on by itself. Written down here
#: once more, so that a slip in the product's own list shows.
_LASTING = frozenset(
    """
    dns.host_not_found tls.untrusted_certificate tls.expired_certificate tls.wrong_host tls.not_tls
    tls.handshake_failed tls.starttls_missing greeting.not_imap auth.bad_credentials
    auth.app_password_required auth.password_login_disabled auth.imap_disabled
    auth.web_login_required auth.plaintext_refused auth.not_connected auth.contact_provider
    folder.not_found folder.not_selectable folder.no_permission unknown
    """.split()
)
SAME = "the same"


class Place(Enum):
    """Where the mailbox's settings lead."""

    SERVER = auto()
    #: Nothing listens.
    CLOSED_PORT = auto()
    #: A firewall drops what is sent.
    SILENT_PORT = auto()
    UNKNOWN_NAME = auto()
    #: The resolver says that it cannot tell.
    FAILING_RESOLVER = auto()
    #: The resolver says nothing.
    SILENT_RESOLVER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Trouble):
    """A trouble with its name, and the codes it must lead to; None: it does no harm."""

    name: str
    #: In a test of the mailbox.
    check: str | None
    #: In a sync; by itself the same.
    sync: str | None = SAME
    place: Place = Place.SERVER
    encryption: Encryption = Encryption.NONE
    #: The method of `Certificates` that makes what the server shows; '' where it speaks no TLS.
    certificate: str = ""
    #: Of the mailbox's address.
    domain: str = "example.org"
    #: Words of the server that are quoted.
    quotes: str = ""
    #: Nothing more comes, so that only a clock ends it.
    hangs: bool = False
    #: So many messages are kept aside, and the others come.
    quarantines: int = 0
    #: How many of the three messages a sync stores that finds nothing wrong; by itself all.
    brings: int = 3
    #: It begins after a first good sync; where it is about marking, with a click that waits.
    later: bool = False

    @property
    def in_sync(self) -> str | None:
        """The code of a sync."""
        return self.check if self.sync == SAME else self.sync

    @property
    def state(self) -> State:
        """Of the mailbox after the sync."""
        if self.in_sync is None:
            return State.OK
        return State.NEEDS_ACTION if self.in_sync in _LASTING else State.RETRYING
