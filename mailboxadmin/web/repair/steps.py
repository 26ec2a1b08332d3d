"""What to do, in order, said for who has the link before them and nothing else."""

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.repair import KEY_LOST, Way, may_be_right
from mailboxadmin.services.mailboxes.repair import Repair

#: The catalogue speaks to who is signed in.
_HERE = (
    ("Open Mailbox Config, connect", "Connect"),
    ("Open Mailbox Config and connect", "Connect"),
    ("open Mailbox Config, connect", "connect"),
    ("under Mailbox Config", "below"),
    ("Test connection here", "Test and save below"),
    ("Test connection", "Test and save"),
)
#: The catalogue speaks to the admin first, who may find the key again.
_ONCE_MORE = {
    Way.PASSWORD: "Enter the password of your mailbox once more below.",
    Way.CONSENT: "Connect your mailbox once more below.",
}


def steps_for(found: Repair, finding: Finding) -> tuple[str, ...]:
    """The provider's own way to a new password where it is known, else the finding's steps.

    Args:
        finding: what was wrong at the last try, which may have been in the link.
    """
    provider = found.provider
    if finding.code == KEY_LOST and not (provider and provider.steps):
        return (_ONCE_MORE[found.way],)
    if found.app is not None:
        return tuple(map(said_here, finding.steps))
    if found.way is not Way.PASSWORD:
        return finding.steps or (provider.steps if provider else ())
    if provider is not None and provider.steps and not may_be_right(finding):
        return provider.steps
    return tuple(map(said_here, finding.steps))


def said_here(step: str) -> str:
    """A step as it is said where its form or button is on the same page."""
    for there, here in _HERE:
        step = step.replace(there, here)
    return step
