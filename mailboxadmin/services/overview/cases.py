"""Broken mailboxes put together by what is wrong: what is mended at one stroke is one case.

A case is something that someone must act on, or that is tried again by itself; its cause is
the one of its mailboxes' incidents.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailboxadmin.diagnosis import Diagnosis
from mailboxadmin.domain.finding import Finding, Fixer, Scope
from mailboxadmin.domain.incident import cause_of
from mailboxadmin.domain.mailbox import Mailbox, State

#: A mailbox that is paused or waits for its first sync is no case, whatever was wrong with it.
BROKEN = frozenset({State.NEEDS_ACTION, State.RETRYING})
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One cause and the mailboxes it holds up: one thing that someone acts on."""

    #: The same as long as the case goes on, whichever mailboxes come and go; without spaces.
    key: str
    #: In the words of the mailbox that was tried last.
    finding: Finding
    #: By their owners' names.
    mailboxes: tuple[Mailbox, ...]
    #: What whoever acts must do: "enter a new app password".
    task: str
    #: The cause as half a sentence about several mailboxes: "the client secret expired".
    short: str
    #: How the mailboxes are called together: "Outlook", "mail.example.org"; may be empty.
    reach_name: str

    @property
    def wide(self) -> bool:
        """True when it holds up several."""
        return len(self.mailboxes) > 1

    @property
    def needs_someone(self) -> bool:
        """True when one of its mailboxes does not come back by itself."""
        if self.finding.waits_for_a_hand:
            return True
        return any(mailbox.state is State.NEEDS_ACTION for mailbox in self.mailboxes)

    @property
    def since(self) -> datetime | None:
        """When it stopped the first of them."""
        return min((m.finding_since for m in self.mailboxes if m.finding_since), default=None)

    @property
    def times(self) -> int:
        """How often the one was tried that was tried most often."""
        return max(mailbox.failures for mailbox in self.mailboxes)

    @property
    def next_attempt_at(self) -> datetime | None:
        """When the first of them is tried again by itself."""
        return min((m.next_attempt_at for m in self.mailboxes if m.next_attempt_at), default=None)


def find_cases(diagnosis: Diagnosis, mailboxes: Iterable[Mailbox]) -> tuple[Case, ...]:
    """The cases among these mailboxes, those that hold up most of them first."""
    groups: dict[Hashable, list[Mailbox]] = {}
    for mailbox in mailboxes:
        if mailbox.finding is not None and mailbox.state in BROKEN:
            cause = cause_of(mailbox.finding, mailbox.reach, mailbox.id)
            groups.setdefault(cause, []).append(mailbox)
    cases = [_case(diagnosis, group) for group in groups.values()]
    return tuple(sorted(cases, key=lambda case: -len(case.mailboxes)))


def _case(diagnosis: Diagnosis, group: list[Mailbox]) -> Case:
    speaker = _speaker(group)
    finding, reach = speaker.finding, speaker.reach
    assert finding is not None
    return Case(
        key=_key(finding, reach, group),
        finding=finding,
        mailboxes=tuple(group),
        task=diagnosis.task(finding, reach),
        short=diagnosis.short(finding, reach),
        reach_name=diagnosis.reach_name(finding, reach),
    )


def _speaker(group: list[Mailbox]) -> Mailbox:
    """Whose finding stands for all: the last that was tried, of those mended by most.

    Who set the host themselves mend it themselves; the others of that host have one who does.
    """
    fixers = Counter(m.finding.fix_by for m in group if m.finding)
    fixer = max(fixers, key=lambda each: (fixers[each], each is not Fixer.OWNER))
    theirs = [m for m in group if m.finding and m.finding.fix_by is fixer]
    return max(theirs, key=lambda mailbox: mailbox.last_attempt_at or _NEVER)


def _key(finding: Finding, reach: str, group: list[Mailbox]) -> str:
    if finding.scope is Scope.THIS_MACHINE:
        return finding.code
    if finding.scope is Scope.MAILBOX or not reach:
        return f"{finding.code}-{group[0].id}"
    return f"{finding.code}-{reach}"
