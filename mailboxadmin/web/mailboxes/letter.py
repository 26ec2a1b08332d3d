"""The message that an admin sends to whoever must act: what broke, why, and what to do."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from mailboxadmin.domain.finding import Finding, Fixer
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.people import Person
from mailboxadmin.web.words import first_name


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


def letter_about(mailbox: Mailbox, finding: Finding, sender: Person, page: str) -> Letter:
    """The message about what is wrong with a mailbox.

    Args:
        page: the address of the mailbox's page.
    """
    to_owner = finding.fix_by is Fixer.OWNER
    name = first_name(mailbox.owner_name, mailbox.address)
    parts = [
        f"Hello {name}," if to_owner else "Hello,",
        f"{_whose(mailbox, to_owner)} {_since(mailbox)}",
        f"What is wrong: {finding.summary}\nWhy: {_plain(finding.cause)}",
        _steps(finding),
        f"The mail server's own words: {finding.server_said}" if finding.server_said else "",
        f"All about it: {page}" if to_owner else "",
        sender.name or sender.email,
    ]
    return Letter(
        to=mailbox.address if to_owner else "",
        subject=f"The mailbox {mailbox.address} needs you",
        body="\n\n".join(part for part in parts if part),
    )


def _whose(mailbox: Mailbox, to_owner: bool) -> str:
    return f"{'your mailbox' if to_owner else 'the mailbox'} {mailbox.address}"


def _since(mailbox: Mailbox) -> str:
    if mailbox.last_success_at is None:
        return "could not be read so far."
    return f"could not be read since {_date(mailbox.last_success_at)}."


def _date(at: datetime) -> str:
    local = at.astimezone()
    return f"{local.day} {local:%B %H:%M}"


def _steps(finding: Finding) -> str:
    lines = [f"{number}. {_plain(step)}" for number, step in enumerate(finding.steps, 1)]
    return "\n".join(["What to do:", *lines]) if lines else ""


def _plain(text: str) -> str:
    """Links written out."""
    return re.sub(r"\[([^\]]+)\]\((https://[^\s)]+)\)", r"\1 (\2)", text)
