"""What an admin sends to whoever must act: a letter, and two lines for a chat."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from mailboxadmin.domain.finding import Finding, Fixer, Phase
from mailboxadmin.domain.link import written_out
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.repair import KEY_LOST
from mailboxadmin.services.overview.asking import ONCE_MORE, Asking, Linked
from mailboxadmin.web.words import first_name, sentence, yours

#: More addresses than this are counted instead.
MOST_NAMED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message, ready to copy or to open in a mail program."""

    #: An address; empty when we do not know whose it is.
    to: str
    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The address that opens it in the mail program (RFC 6068)."""
        lines = self.body.replace("\n", "\r\n")
        return f"mailto:{quote(self.to)}?subject={quote(self.subject)}&body={quote(lines)}"


def letter_about(asking: Asking, sender: Person, page: str, linked: Linked | None = None) -> Letter:
    """The message about what is wrong with a mailbox, or with all that have its cause.

    Args:
        page: the address of the mailbox's page.
        linked: the link in which the owner mends it; None sends them to that page.
    """
    finding, to_owner = asking.finding, _to_owner(asking, sender)
    parts = [
        f"Hello {_first_name(asking)}," if to_owner else "Hello,",
        _what_stopped(asking, to_owner),
        f"What is wrong: {_summary(asking, to_owner)}\nWhy: {written_out(finding.cause)}",
        _steps(asking, to_owner, linked),
        f"{_speaker(finding)} own words: {finding.server_said}" if finding.server_said else "",
        _where(page, linked) if to_owner else "",
        _name(sender),
    ]
    return Letter(
        to=asking.mailbox.address if to_owner else "",
        subject=_subject(asking),
        body="\n\n".join(part for part in parts if part),
    )


def chat_about(asking: Asking, sender: Person, linked: Linked) -> str:
    """The same for a chat: what, what to do, and where."""
    return "\n".join(
        (
            f"Hi {_first_name(asking)}, your mailbox {asking.mailbox.address} "
            f"{_since(asking)} {_summary(asking, to_owner=True)}",
            f"You can {_task(asking)} here, without signing in: {linked.url}",
            f"The link is for you alone. {_holds(linked)} – {_name(sender)}",
        )
    )


def _what_stopped(asking: Asking, to_owner: bool) -> str:
    count = len(asking.concerned)
    if count == 1:
        whose = "your mailbox" if to_owner else "the mailbox"
        return f"{whose} {asking.mailbox.address} {_since(asking)}"
    named = [f"- {address}" for address in asking.concerned[:MOST_NAMED]]
    more = [f"- and {count - MOST_NAMED} more"] if count > MOST_NAMED else []
    return "\n".join([f"{count} mailboxes with one cause {_since(asking, 'have')}", *named, *more])


def _to_owner(asking: Asking, sender: Person) -> bool:
    """Whether it is for the owner, who can mend it in a link also where an admin would be first."""
    by_link = asking.way in ONCE_MORE and sender.mailbox_id != asking.mailbox.id
    return asking.finding.fix_by is Fixer.OWNER or by_link


def _task(asking: Asking) -> str:
    return ONCE_MORE[asking.way] if asking.finding.code == KEY_LOST else asking.task


def _summary(asking: Asking, to_owner: bool) -> str:
    said, mailbox = asking.finding.summary, asking.mailbox
    if not to_owner:
        return said
    return yours(said, mailbox.owner_name, mailbox.address)


def _subject(asking: Asking) -> str:
    count = len(asking.concerned)
    if count == 1:
        return f"The mailbox {asking.mailbox.address} needs you"
    return f"{count} mailboxes need you: {asking.short}"


def _since(asking: Asking, have: str = "has") -> str:
    if asking.since is None:
        return "could not be read so far."
    return f"{have} not been read since {_date(asking.since)}."


def _date(at: datetime) -> str:
    local = at.astimezone()
    return f"{local.day} {local:%B %H:%M}"


def _steps(asking: Asking, to_owner: bool, linked: Linked | None) -> str:
    steps = [written_out(step) for step in asking.finding.steps]
    if to_owner and asking.finding.code == KEY_LOST:
        steps = [f"{sentence(_task(asking))} under Mailbox Config."]
    if linked is not None:
        steps = [_in_link(step) for step in steps]
    lines = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    return "\n".join(["What to do:", *lines]) if lines else ""


def _in_link(step: str) -> str:
    for there in ("under Mailbox Config", "in Mailbox Config"):
        step = step.replace(there, "in the link below")
    return step.replace("pen Mailbox Config", "pen the link below")


def _speaker(finding: Finding) -> str:
    return "The provider's" if finding.phase is Phase.TOKEN else "The mail server's"


def _where(page: str, linked: Linked | None) -> str:
    if linked is None:
        return f"All about it: {page}"
    return f"Here, without signing in: {linked.url}\nThe link is for you alone. {_holds(linked)}"


def _holds(linked: Linked) -> str:
    return f"It works once, until {_date(linked.valid_until)}."


def _first_name(asking: Asking) -> str:
    return first_name(asking.mailbox.owner_name, asking.mailbox.address)


def _name(sender: Person) -> str:
    return sender.name or sender.email
