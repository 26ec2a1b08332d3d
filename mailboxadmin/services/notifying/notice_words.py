"""What a message says of a case: what broke, why, who acts, how, and where it is to be seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from mailboxadmin.domain.clock import duration_in_words, rfc3339
from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.link import written_out
from mailboxadmin.domain.notice import Notice, one_line
from mailboxadmin.domain.telling import Event
from mailboxadmin.services.overview.cases import Case
from mailboxadmin.store.tables_notices import ToldCaseRow

#: More addresses than this are counted instead.
MOST_NAMED: Final = 30
#: More causes than this are told in a line each.
MOST_TOLD: Final = 5
_RULE: Final = "\n\n" + "-" * 40 + "\n\n"
_OTHERS: Final = {
    Fixer.ADMIN: "an admin of Mailbox Admin",
    Fixer.MAIL_HOST: "whoever runs the mail server",
    Fixer.PROVIDER_ADMIN: "the admin of the organisation’s mail accounts",
    Fixer.NOBODY: "nobody: it is tried again by itself",
}


def name_of(case: Case) -> str:
    """Whose mailboxes a case is about: an address, "5 Outlook mailboxes"."""
    if not case.wide:
        return case.mailboxes[0].address
    count = f"{len(case.mailboxes):,}"
    if not case.reach_name:
        return f"{count} mailboxes"
    if case.finding.scope is Scope.PROVIDER_APP:
        return f"{count} {case.reach_name} mailboxes"
    return f"{count} mailboxes on {case.reach_name}"


def incident_notice(cases: Sequence[Case], base_url: str) -> Notice:
    """That these broke; at least one, the widest first."""
    groups = _alike(cases)
    told = [_section(group, base_url) for group in groups[:MOST_TOLD]]
    left = [f"- {_called(group)}: {group[0].short}" for group in groups[MOST_TOLD:]]
    more = ["\n".join(["And also:", *left])] if left else []
    return Notice(
        event=Event.INCIDENT,
        subject=one_line(_subject(groups)),
        body=_RULE.join([*told, *more, f"All mailboxes: {base_url}/"]) + "\n",
        cases=tuple(as_json(case, base_url) for case in cases),
    )


def recovery_notice(rows: Sequence[ToldCaseRow], base_url: str) -> Notice:
    """That these are over; at least one, each with when it was gone."""
    lasted = [f"{row.name}, after {_lasted(row)}" for row in rows]
    many = len({member for row in rows for member in row.members})
    subject = lasted[0] if len(rows) == 1 else f"{many} mailboxes"
    lines = [
        f"- {each}: it was: {row.short}; since {_time(row.began_at)}."
        for each, row in zip(lasted, rows, strict=True)
    ]
    said = "What waited on the servers is being fetched; nobody needs to do anything."
    return Notice(
        event=Event.RECOVERY,
        subject=one_line(f"Works again: {subject}"),
        body="\n".join(["Works again:", *lines, "", said, "", f"All mailboxes: {base_url}/", ""]),
        cases=tuple(_over(row) for row in rows),
    )


def as_json(case: Case, base_url: str) -> dict[str, Any]:
    """A case as a program reads it."""
    finding = case.finding
    return {
        "code": finding.code,
        "name": name_of(case),
        "mailboxes": [mailbox.address for mailbox in case.mailboxes],
        "cause": case.short,
        "summary": finding.summary,
        "why": written_out(finding.cause),
        "fix_by": finding.fix_by.value,
        "task": case.task,
        "steps": [written_out(step) for step in finding.steps],
        "server_said": finding.server_said,
        "since": rfc3339(case.since) if case.since else None,
        "next_attempt_at": rfc3339(case.next_attempt_at) if case.next_attempt_at else None,
        "url": _page(case, base_url),
    }


def line_of(case: Case) -> str:
    """A case in a line, for a summary of several."""
    since = f", since {_time(case.since)}" if case.since else ""
    return f"- {name_of(case)}: {case.short} – {case.task}{since}"


def over_line(row: ToldCaseRow) -> str:
    """A case that is over in a line."""
    return f"- {row.name}: {row.short}, after {_lasted(row)}"


def _alike(cases: Sequence[Case]) -> list[list[Case]]:
    """Those with one code and one task together: fifty refused passwords are told once."""
    groups: dict[tuple[str, str, Fixer], list[Case]] = {}
    for case in cases:
        alike = (case.finding.code, case.task, case.finding.fix_by)
        groups.setdefault(alike, []).append(case)
    return sorted(groups.values(), key=lambda group: -sum(len(c.mailboxes) for c in group))


def _subject(groups: Sequence[Sequence[Case]]) -> str:
    first = groups[0]
    told = f"{_called(first)}: {first[0].short} – {first[0].task}"
    if len(groups) == 1:
        return told
    count = len({mailbox.id for group in groups for case in group for mailbox in case.mailboxes})
    return f"{count} mailboxes do not work, {len(groups)} causes. {told}"


def _called(group: Sequence[Case]) -> str:
    if len(group) == 1:
        return name_of(group[0])
    return f"{sum(len(case.mailboxes) for case in group)} mailboxes"


def _section(group: Sequence[Case], base_url: str) -> str:
    case = group[0]
    finding = case.finding
    several = len(group) > 1
    nexts = [each.next_attempt_at for each in group if each.next_attempt_at]
    since = min((each.since for each in group if each.since), default=None)
    steps = [f"{n}. {written_out(step)}" for n, step in enumerate(finding.steps, 1)]
    likewise = f" (for {case.mailboxes[0].address}, and likewise for the others)"
    parts = [
        f"{_called(group)}: {case.short}." + (f"\nSince {_time(since)}." if since else ""),
        f"What is wrong: {case.short if several else finding.summary}"
        + f"\nWhy: {written_out(finding.cause)}",
        f"Who acts: {_who(group)}",
        "\n".join([f"What to do{likewise if several else ''}:", *steps]) if steps else "",
        _quoted(finding.server_said),
        _named(group),
        f"Tried next by itself: {_time(min(nexts))}" if nexts else "It is not tried by itself.",
        f"See {_page(case, base_url) if not several else f'{base_url}/'}",
    ]
    return "\n\n".join(part for part in parts if part)


def _who(group: Sequence[Case]) -> str:
    case = group[0]
    if case.finding.fix_by is not Fixer.OWNER:
        return _OTHERS[case.finding.fix_by]
    owners = [m.owner_name or m.address for each in group for m in each.mailboxes]
    return f"the {len(owners)} owners" if len(owners) > 1 else owners[0]


def _named(group: Sequence[Case]) -> str:
    addresses = [mailbox.address for case in group for mailbox in case.mailboxes]
    if len(addresses) == 1:
        return ""
    left = len(addresses) - MOST_NAMED
    lines = [f"- {address}" for address in addresses[:MOST_NAMED]]
    return "\n".join(["Mailboxes:", *lines, *([f"- and {left} more"] if left > 0 else [])])


def _quoted(said: str | None) -> str:
    return f"The server’s own words: “{one_line(said, 600)}”" if said else ""


def _page(case: Case, base_url: str) -> str:
    return f"{base_url}/" if case.wide else f"{base_url}/mailboxes/{case.mailboxes[0].id}"


def _over(row: ToldCaseRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "mailboxes": sorted(row.members.values()),
        "cause": row.short,
        "since": rfc3339(row.began_at),
        "until": rfc3339(row.gone_at) if row.gone_at else None,
    }


def _lasted(row: ToldCaseRow) -> str:
    until = row.gone_at or row.ended_at
    return duration_in_words(until - row.began_at) if until else "some time"


def _time(at: datetime) -> str:
    local = at.astimezone()
    return f"{local.day} {local:%B %H:%M}"
