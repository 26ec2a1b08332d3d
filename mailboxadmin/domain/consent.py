"""What became of a person who was sent to a provider to agree."""

from dataclasses import dataclass
from enum import StrEnum

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Step
from mailboxadmin.domain.oauth import AppKey


class Outcome(StrEnum):
    """How it ended."""

    #: The permission opens the mailbox, and is kept.
    CONNECTED = "connected"
    #: The person chose not to agree, and nothing was changed.
    CANCELLED = "cancelled"
    #: The provider refused, or the mail server did; the finding says why. Nothing was changed.
    REFUSED = "refused"
    #: It could not be tried to its end; the finding says why. Nothing was changed.
    UNFINISHED = "unfinished"


class Stray(StrEnum):
    """Why nothing can be done with what a browser brings from a provider."""

    #: Without a state, or with one that was not made here.
    UNKNOWN = "unknown"
    #: The state was begun in another browser, or by somebody else, or signed out meanwhile.
    ELSEWHERE = "elsewhere"
    #: It was brought before: a page was loaded again.
    USED = "used"
    #: More than ten minutes passed.
    EXPIRED = "expired"
    #: It comes from another provider than the person was sent to.
    MIXED_UP = "mixed_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentResult:
    """How it ended, for the page that says so."""

    app: AppKey
    mailbox_id: int
    address: str
    owner_name: str
    outcome: Outcome
    #: Why it did not work; None when it did, or the person cancelled.
    finding: Finding | None
    #: It was begun in a link, by who is not signed in.
    by_link: bool
    #: The mailbox rests: its mail is fetched when somebody resumes it.
    paused: bool
    #: Whom to ask in this office; empty when nobody was named.
    contact: str
    #: The ladder of the sign-in with the new token; empty where it was not tried.
    steps: tuple[Step, ...] = ()
