"""What of the log is wanted, as it stands in the address; what makes no sense there is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.people import Person
from mailboxadmin.services.overview.activity import Filter

#: No mailbox has this id: who has none sees no entry.
NOBODYS = 0
MAX_TEXT = 200

PERIODS: dict[str, tuple[str, timedelta | None]] = {
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
    "month": ("Last 30 days", timedelta(days=30)),
    "all": ("All times", None),
}
LEVELS = {
    "info": "Without routine",
    "routine": "Routine too",
    "warning": "Warnings and errors",
    "error": "Errors only",
}
SUBJECTS = {
    "sync": "Syncs",
    "mailbox": "Mailboxes",
    "check": "Tests",
    "folder": "Folders",
    "message": "Single messages",
    "messages": "Reading on the command line",
    "read_status": "Read status",
    "certificate": "Certificates",
    "settings": "Settings",
    "staff": "Staff",
    "login": "Sign-ins",
    "scheduler": "Scheduler",
    "backup": "Backups",
    "app": "Mailbox Admin itself",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filter as the form shows it and the address keeps it."""

    #: An id as text; empty for all.
    mailbox: str
    #: A code, or the beginning of several; empty for all.
    code: str
    level: str
    period: str
    text: str

    @property
    def address(self) -> dict[str, str]:
        """What stands in the address: only what differs from the plain page."""
        plain = {"mailbox": "", "code": "", "level": "info", "period": "week", "text": ""}
        values = {key: getattr(self, key) for key in plain}
        return {key: value for key, value in values.items() if value != plain[key]}

    def wanted(self, person: Person, now: datetime) -> Filter:
        """What is read; who is no admin gets the own mailbox, whatever the address says."""
        length = PERIODS[self.period][1]
        own = person.mailbox_id or NOBODYS
        return Filter(
            mailbox_id=(int(self.mailbox) if self.mailbox else None) if person.is_admin else own,
            code=self.code,
            level=Level[self.level.upper()],
            since=now - length if length else None,
            text=self.text,
        )


def chosen(args: Mapping[str, str]) -> Chosen:
    """The filter that the address asks for."""
    mailbox, code = args.get("mailbox", ""), args.get("code", "")
    level, period = args.get("level", "info"), args.get("period", "week")
    return Chosen(
        mailbox=mailbox if mailbox.isascii() and mailbox.isdigit() and len(mailbox) < 10 else "",
        code=code if any(known.startswith(code) for known in Code) else "",
        level=level if level in LEVELS else "info",
        period=period if period in PERIODS else "week",
        text=args.get("text", "").strip()[:MAX_TEXT],
    )


def code_groups() -> list[tuple[str, str, list[str]]]:
    """The codes as the form offers them: beginning, name of the group, its codes."""
    groups = []
    for subject, name in SUBJECTS.items():
        codes = [code.value for code in Code if code.startswith(f"{subject}.")]
        groups.append((f"{subject}.", name, codes))
    return groups
