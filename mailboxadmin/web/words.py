"""How pages say times, names and who acts. Pure: the caller brings the present and the viewer."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from mailboxadmin.domain.entered import NO, YES
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import Glance
from mailboxadmin.domain.people import Person

_LINK = re.compile(r"\[([^\]]+)\]\((https://[^\s)]+)\)|(https://[^\s<>\"')\]]+[^\s<>\"')\].,;:])")


def when(at: datetime, now: datetime) -> str:
    """`14:28` today, `yesterday 17:33`, `18 Nov`, `18 Nov 2024`; in this machine's zone."""
    at, now = at.astimezone(), now.astimezone()
    days = (at.date() - now.date()).days
    if days == 0:
        return clock(at)
    if days in (-1, 1):
        return f"{'yesterday' if days < 0 else 'tomorrow'} {clock(at)}"
    return f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b %Y}"


def clock(at: datetime) -> str:
    """The time of day: `14:28`."""
    return f"{at.astimezone():%H:%M}"


def day(at: datetime, now: datetime) -> str:
    """The day that heads a group: `Today`, `Yesterday`, `Tuesday, 18 November`."""
    at, now = at.astimezone(), now.astimezone()
    days = (now.date() - at.date()).days
    if days in (0, 1):
        return "Yesterday" if days else "Today"
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at:%A}, {at.day} {at:%B}{year}"


def exact(at: datetime) -> str:
    """The exact instant, for who points at the words."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def ago(at: datetime, now: datetime) -> str:
    """`12 s ago`."""
    return f"{_span(now - at)} ago" if at < now else "now"


def at_time(at: datetime, now: datetime) -> str:
    """Inside a sentence: `now`, `at 14:28`, `tomorrow 17:33`, `on 18 Nov`."""
    if at <= now:
        return "now"
    days = (at.astimezone().date() - now.astimezone().date()).days
    return {0: "at ", 1: ""}.get(days, "on ") + when(at, now)


def soon(at: datetime, now: datetime) -> str:
    """`in 3 s`, or `now` when the time has come."""
    return f"in {_span(at - now)}" if at > now else "now"


def _span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for size, word in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {'day' if word == 'days' and count == 1 else word}"
    return f"{seconds} s"


_SMALL = "No One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split()


def number_word(number: int) -> str:
    """A number that begins a sentence: `Two`, `41`."""
    return _SMALL[number] if number < len(_SMALL) else str(number)


def listed(parts: Sequence[str]) -> str:
    """`Anna`, `Anna and Ben`, `Anna, Ben and Chloé`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def first_name(name: str, address: str) -> str:
    """How a sentence calls a person: the first word of the name, else the address."""
    return name.split()[0] if name.strip() else address


def yours(text: str, name: str, address: str) -> str:
    """A sentence about somebody's mailbox as its owner reads it: `your mailbox`, not `Anna’s`."""
    theirs = f"{first_name(name, address)}’s mailbox"
    if text.startswith(theirs):
        text = text.replace(theirs, "Your mailbox", 1)
    return text.replace(theirs, "your mailbox")


def initials(person: Person | str) -> str:
    """Two letters for the round mark beside a name."""
    text = person if isinstance(person, str) else person.name or person.email
    words = re.findall(r"\w+", text.partition("@")[0])
    letters = words[0][0] + words[-1][0] if len(words) > 1 else "".join(words)[:2]
    return letters.upper()


def sentence(text: str) -> str:
    """With a capital at its head."""
    return text[:1].upper() + text[1:]


def who_acts(mailbox: Glance, viewer: Person | None, *, full: bool = False) -> str:
    """Who must act on a mailbox's finding, as the reader calls them.

    Args:
        viewer: who reads; they are `you`.
        full: the whole name, for the head of a card.
    """
    fix_by = mailbox.finding.fix_by if mailbox.finding else Fixer.NOBODY
    if fix_by is Fixer.OWNER:
        if viewer and viewer.mailbox_id == mailbox.id:
            return "you"
        name = first_name(mailbox.owner_name, mailbox.address)
        return mailbox.owner_name or mailbox.address if full else name
    return who_else(fix_by, mailbox.reach, viewer)


def who_else(fix_by: Fixer, reach: str, viewer: Person | None) -> str:
    """Who acts, when it is not the owner of the mailbox.

    Args:
        reach: what the mailboxes with this cause share; of an OAuth app, its key.
    """
    if fix_by is Fixer.ADMIN:
        return "you" if viewer and viewer.is_admin else "your admin"
    if fix_by is Fixer.PROVIDER_ADMIN and reach in _APP_ADMINS:
        return _APP_ADMINS[reach]
    return _OTHERS[fix_by]


#: By the key of the OAuth app: where it is registered, somebody administers it.
_APP_ADMINS = {"gmail": "the Google Cloud admin", "outlook": "the Entra admin"}
_OTHERS = {
    Fixer.MAIL_HOST: "the mail host",
    Fixer.PROVIDER_ADMIN: "the provider’s admin",
    Fixer.NOBODY: "nobody",
}


def linked(text: str, quoted: str | None = None) -> Markup:
    """Text whose `[words](https://…)` and bare https addresses are links; all else is escaped.

    Args:
        quoted: what somebody else said; where it stands in the text, nothing is a link.
    """
    if quoted and quoted in text:
        before, _, after = text.partition(quoted)
        return linked(before) + escape(quoted) + linked(after, quoted)
    parts, end = [], 0
    for match in _LINK.finditer(text):
        words, url = match[1] or match[3], match[2] or match[3]
        link = Markup('<a href="{}" rel="noreferrer" target="_blank">{}</a>')
        parts += [escape(text[end : match.start()]), link.format(url, words)]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def value(value: object) -> str:
    """A setting's value as a sentence shows it."""
    if value is None or value == ():
        return "not set"
    if isinstance(value, bool):
        return YES if value else NO
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
