"""What to do, in order, said for who has the link before them and nothing else."""

from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.repair import Way, may_be_right
from mailboxadmin.services.repair import Repair

#: The catalogue speaks to who is signed in.
_HERE = (
    ("under Mailbox Config", "below"),
    ("Test connection here", "Test and save below"),
    ("Test connection", "Test and save"),
)


def steps_for(found: Repair, finding: Finding) -> tuple[str, ...]:
    """The provider's own way to a new password where it is known, else the finding's steps.

    Args:
        finding: what was wrong at the last try, which may have been in the link.
    """
    provider = found.provider
    if found.way is not Way.PASSWORD:
        return finding.steps or (provider.steps if provider else ())
    if provider is not None and provider.steps and not may_be_right(finding):
        return provider.steps
    return tuple(_here(step) for step in finding.steps)


def _here(step: str) -> str:
    for there, here in _HERE:
        step = step.replace(there, here)
    return step
