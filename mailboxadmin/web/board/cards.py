"""How the board says a case: what is wrong with how many, and who acts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.mailbox import Glance, Mailbox
from mailboxadmin.domain.people import Person
from mailboxadmin.services.overview.cases import Case
from mailboxadmin.services.verdict.pins import TRUSTABLE
from mailboxadmin.web import words

#: So many are named; when there are more, one less, and the number of the others.
NAMED = 5
#: More owners than this are not told one by one as those who act.
_ACTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A case as it is read."""

    case: Case
    #: "12 mailboxes on mail.example.org: the server does not answer".
    headline: str
    #: Who acts, in full: "Anna Keller", "you", "the Entra admin".
    who: str
    #: Whose mailboxes, named at once, and those after them.
    named: tuple[Mailbox, ...]
    more: tuple[Mailbox, ...]
    #: The server's words where nothing here explains them: they are all there is to read.
    unexplained: str | None
    #: It is about a certificate that an admin may trust.
    trustable: bool


def card(case: Case, viewer: Person) -> Card:
    """The card of a case."""
    everybody = case.mailboxes
    shown = len(everybody) if len(everybody) <= NAMED else NAMED - 1
    return Card(
        case=case,
        headline=headline(case),
        who=who(case, viewer, full={mailbox.id for mailbox in everybody}),
        named=everybody[:shown],
        more=everybody[shown:],
        unexplained=case.finding.server_said if case.finding.code == "unknown" else None,
        trustable=case.finding.code in TRUSTABLE,
    )


def headline(case: Case) -> str:
    """What is wrong, and with how many when it is not one."""
    if not case.wide:
        return case.finding.summary
    count = f"{len(case.mailboxes):,}"
    if not case.reach_name:
        return f"{count} mailboxes: {case.short}"
    if case.finding.scope is Scope.PROVIDER_APP:
        return f"{count} {case.reach_name} mailboxes: {case.short}"
    return f"{count} mailboxes on {case.reach_name}: {case.short}"


def who(case: Case, viewer: Person, *, full: frozenset[int] | set[int] = frozenset()) -> str:
    """Who acts on a case.

    Args:
        full: the mailboxes whose owners are called by their whole names.
    """
    fix_by, first = case.finding.fix_by, case.mailboxes[0]
    if fix_by is not Fixer.OWNER:
        return words.who_else(fix_by, first.reach, viewer)
    if len(case.mailboxes) > _ACTING:
        return f"the {len(case.mailboxes)} owners"
    return words.listed([_owner(mailbox, viewer, mailbox.id in full) for mailbox in case.mailboxes])


def namesakes(mailboxes: Iterable[Glance]) -> frozenset[int]:
    """Those whose owner’s first name is not enough, because somebody else has it too."""
    called = {m.id: words.first_name(m.owner_name, m.address) for m in mailboxes}
    counts = Counter(called.values())
    return frozenset(mailbox_id for mailbox_id, name in called.items() if counts[name] > 1)


def _owner(mailbox: Glance, viewer: Person, full: bool) -> str:
    if viewer.mailbox_id == mailbox.id:
        return "you"
    name = words.first_name(mailbox.owner_name, mailbox.address)
    return mailbox.owner_name or mailbox.address if full else name
