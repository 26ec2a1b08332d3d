"""Why somebody could not be told: from how far a delivery came to its code."""

from collections.abc import Mapping
from typing import Final

from mailboxadmin.domain.delivery import Channel, DeliveryFacts, Trouble
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase

_MAIL: Final[Mapping[Trouble, str]] = {
    Trouble.UNREACHABLE: "notify.smtp_unreachable",
    Trouble.NOT_SECURE: "notify.smtp_tls_failed",
    Trouble.SIGN_IN: "notify.smtp_sign_in_refused",
    Trouble.LATER: "notify.smtp_deferred",
    Trouble.REFUSED: "notify.smtp_refused",
}
_OTHERS: Final[Mapping[Channel, str]] = {
    Channel.WEBHOOK: "notify.webhook_failed",
    Channel.PING: "notify.ping_failed",
}


def code_of(facts: DeliveryFacts) -> str:
    """The code of a delivery that failed."""
    if facts.trouble is Trouble.SECRET:
        return "notify.secret_unreadable"
    return _OTHERS.get(facts.channel) or _MAIL[facts.trouble]


def as_facts(facts: DeliveryFacts) -> Facts:
    """The same in the words that the texts are filled in with."""
    return Facts(
        phase=Phase.LOCAL,
        happening=Happening.UNEXPECTED,
        server_said=facts.said,
        # What was answered is told by the one who answered.
        detail=facts.detail or facts.said or "",
        host=facts.host,
        port=facts.port,
    )
