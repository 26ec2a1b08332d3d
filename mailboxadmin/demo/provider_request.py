"""What the local provider is asked, and what it answers from."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from mailboxadmin.demo.provider_desk import Desk
from mailboxadmin.demo.provider_faults import Faults
from mailboxadmin.demo.provider_values import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request."""

    method: str
    #: With the query.
    target: str
    authorization: str
    #: An `application/x-www-form-urlencoded` body; empty at GET.
    body: bytes

    @property
    def path(self) -> list[str]:
        """`/gmail/token` as `["gmail", "token"]`."""
        return urlsplit(self.target).path.strip("/").split("/")

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address; the first of each name."""
        return _pairs(urlsplit(self.target).query)

    @property
    def form(self) -> dict[str, str]:
        """The fields of the body; the first of each name."""
        return _pairs(self.body.decode("utf-8", "replace"))


@dataclass(slots=True, kw_only=True)
class House:
    """What every answer is made from."""

    desk: Desk
    faults: Faults
    #: What the provider calls the app on its page.
    app_name: str
    #: Who signs in at "Sign in as somebody else", unless another address is typed there.
    other_address: str
    #: Name and secret of the mail server that asks what a token opens.
    introspector: tuple[str, str]
    #: Where it can be reached; known once it listens.
    address: str = ""
    #: The questions at the token endpoints, oldest first.
    asked: list[Asked] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The provider's time."""
        return self.desk.grants.manner.now()


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        pairs.setdefault(name, value)
    return pairs
