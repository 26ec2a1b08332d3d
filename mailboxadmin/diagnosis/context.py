"""What a failure is judged by, beside its facts."""

from dataclasses import dataclass

from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.mailbox import Encryption


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Whose mailbox it is, and what holds for it."""

    address: str
    #: As the sentences call the owner; the address when it is empty.
    owner_first_name: str
    #: None when nothing is configured yet; then no value of ours has an origin.
    effective: Effective | None
    #: Whom to ask in this office; empty when nobody is named.
    help_contact: str = ""
    #: The providers whose OAuth app is set up: `gmail`, `outlook`.
    oauth_apps: frozenset[str] = frozenset()

    @property
    def encrypted(self) -> bool | None:
        """Whether the connection is encrypted at the sign-in; None when that is not known."""
        server = self.effective.server if self.effective else None
        return None if server is None else server.encryption is not Encryption.NONE

    def host(self, facts: Facts) -> str:
        """The mail server that it is about; empty when there is none."""
        server = self.effective.server if self.effective else None
        return facts.host or (server.host if server else "")
