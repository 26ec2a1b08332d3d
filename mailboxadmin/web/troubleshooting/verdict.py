"""The answer in one sentence, before everything else on the page."""

from collections.abc import Sequence

from mailboxadmin.services.cases import Case
from mailboxadmin.services.doctor import Diagnosed
from mailboxadmin.web.words import number_word


def sentence(checks: Sequence[Diagnosed]) -> str:
    """Whether Mailbox Admin itself is in order."""
    broken = sum(not check.ok for check in checks)
    if not broken:
        return "Mailbox Admin itself is in order."
    verb = "needs" if broken == 1 else "need"
    return f"{number_word(broken)} of {number_word(len(checks)).lower()} checks {verb} attention."


def remark(cases: Sequence[Case]) -> str:
    """How the mailboxes are, in small print."""
    if not cases:
        return "No mailbox is broken."
    mailboxes = sum(len(case.mailboxes) for case in cases)
    if mailboxes == 1:
        return "One mailbox is broken."
    causes = "one cause" if len(cases) == 1 else f"{number_word(len(cases)).lower()} causes"
    return f"{number_word(mailboxes)} mailboxes are broken, for {causes}."
