"""An incident: one thing that was wrong with one mailbox, from its first time to its last.

    works --> incident A --> incident B --> works
              |              |              `-- B ends RECOVERED
              |              `-- another finding: A ends REPLACED
              `-- both began in one outage: since when the mailbox has not been in order

Mailboxes whose incidents have one cause stand together wherever they are shown.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import Finding, Scope


class Ending(StrEnum):
    """How an incident ended."""

    #: A sync succeeded, or a test did while the mailbox was paused.
    RECOVERED = "recovered"
    #: Something else was wrong at the next try.
    REPLACED = "replaced"
    #: Its owner took the permission back: it is not read any more.
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What was wrong with a mailbox, since when, how often, until when."""

    id: int
    mailbox_id: int
    #: As it was the last time.
    finding: Finding
    #: What the mailboxes with this cause have in common, see `reach_of`.
    reach: str
    #: When the mailbox stopped working, whatever was wrong with it at first.
    outage_at: datetime
    began_at: datetime
    last_at: datetime
    #: Tries that ended in it.
    times: int
    #: None while it goes on.
    ended_at: datetime | None
    ended_by: Ending | None
    #: The certificate that was refused; None when it is not about one.
    certificate: Certificate | None

    @property
    def cause(self) -> Hashable:
        """Equal for incidents that end when one thing is mended."""
        return cause_of(self.finding, self.reach, self.mailbox_id)


def cause_of(finding: Finding, reach: str, mailbox_id: int) -> Hashable:
    """Equal for mailboxes that work again when one thing is mended.

    Where it is not known what they share, they share the sentence that says what is wrong.
    """
    if finding.scope is Scope.MAILBOX:
        return (finding.code, mailbox_id)
    everywhere = finding.scope is Scope.THIS_MACHINE
    return (finding.code, "" if everywhere else reach or finding.summary)


def reach_of(finding: Finding, facts: Facts | None) -> str:
    """What all mailboxes with this cause share: the host, the key of the OAuth app, or nothing.

    Args:
        facts: of the failure; None when they are not known any more.
    """
    if finding.scope is Scope.MAIL_SERVER:
        return (facts.host if facts else None) or ""
    if finding.scope is Scope.PROVIDER_APP:
        return facts.token.app if facts and facts.token else ""
    return ""
