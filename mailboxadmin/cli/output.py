"""What commands print: JSON for programs, aligned text for people, one line for faults."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.finding import Finding, Fixer
from mailboxadmin.domain.link import written_out

#: Who acts, in the words of the pages.
_FIXERS = {
    Fixer.OWNER: "the owner of the mailbox",
    Fixer.ADMIN: "who runs Mailbox Admin",
    Fixer.MAIL_HOST: "who runs the mail server",
    Fixer.PROVIDER_ADMIN: "the admin at the mail provider",
    Fixer.NOBODY: "nobody; it is tried again",
}

#: What a person who tries again should know first.
COUNTED = "the server counts refused sign-ins and may lock the account"

#: What is said when no encryption was chosen.
IN_CLEAR = (
    "Without encryption, passwords and mail can be read on the way to the server; "
    "choose ssl or starttls unless it is on this machine."
)

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class Chapter(click.Group):
    """A group of commands that says what each does in a whole sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them; click itself would cut a sentence at the end of the line."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(limit=1000)) for name, each in commands if each]
            )


def print_json(value: dict[str, Any]) -> None:
    """One object on one line, in UTF-8 whatever the terminal's encoding is (RFC 8259, 8.1)."""
    text = json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair cannot be UTF-8; this writes it as the escape JSON knows.
    click.echo(text.encode("utf-8", "backslashreplace"))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns side by side; nothing when there is no row."""
    lines = [[plain(str(cell)) for cell in row] for row in rows]
    if not lines:
        return
    lines.insert(0, [heading.upper() for heading in headings])
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def print_finding(finding: Finding) -> None:
    """What is wrong, for a person."""
    click.echo(f"{plain(finding.summary)} [{finding.code}]")
    click.echo(f"  Why:    {plain(written_out(finding.cause))}")
    click.echo(f"  Who:    {_FIXERS[finding.fix_by]}")
    for number, step in enumerate(finding.steps, start=1):
        click.echo(f"  {number}. {plain(written_out(step))}")
    if finding.server_said:
        click.echo(f"  Server: {plain(finding.server_said)}")
    if finding.refused_credentials:
        click.echo(f"  Note:   {COUNTED}; mend the cause before the next try")


def complain(sentence: str) -> None:
    """One plain line on standard error."""
    click.echo(f"mailboxadmin: {plain(sentence)}", err=True)


def plain(text: str) -> str:
    """The text on one line, without what a terminal would obey."""
    spaced = " ".join(text.split())
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in spaced)


def instant(at: datetime | None) -> str | None:
    """An instant as programs exchange it."""
    return None if at is None else rfc3339(at)


def shown(at: datetime | None) -> str:
    """An instant in a table."""
    return "-" if at is None else rfc3339(at)
