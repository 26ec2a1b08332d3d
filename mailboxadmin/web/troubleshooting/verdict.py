"""The answer in one sentence, before everything else on the page."""

from collections.abc import Sequence

from mailboxadmin.services.cases import Case
from mailboxadmin.services.checklist.answer import Verdict
from mailboxadmin.services.doctor import SEVEN, Row
from mailboxadmin.web.words import number_word

_OF = number_word(len(SEVEN)).lower()


def sentence(rows: Sequence[Row]) -> str:
    """How many of the seven need somebody."""
    acting = sum(row.verdict is Verdict.ACT for row in rows)
    looking = sum(row.verdict is Verdict.LOOK for row in rows)
    if acting:
        return f"{number_word(acting)} of {_OF} checks {_verb(acting, 'need')} attention."
    if looking:
        return (
            f"Nothing is broken; {number_word(looking).lower()} of {_OF} checks {_worth(looking)}."
        )
    return f"All {_OF} checks are in order."


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def _worth(count: int) -> str:
    return "is worth a look" if count == 1 else "are worth a look"


def remark(cases: Sequence[Case]) -> str:
    """How the mailboxes are, in small print."""
    if not cases:
        return "No mailbox is broken."
    mailboxes = sum(len(case.mailboxes) for case in cases)
    if mailboxes == 1:
        return "One mailbox is broken."
    causes = "one cause" if len(cases) == 1 else f"{number_word(len(cases)).lower()} causes"
    return f"{number_word(mailboxes)} mailboxes are broken, for {causes}."
