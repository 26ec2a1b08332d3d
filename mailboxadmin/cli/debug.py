"""`debug`: what is said to the mail servers and by them is recorded for a while."""

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import Chapter
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.debug import USUAL_MINUTES, Switch
from mailboxadmin.services.debug.debugging import switch_off, switch_on
from mailboxadmin.services.debug.recording import folder_of
from mailboxadmin.services.overview.board import mailbox_by_address


@click.group(cls=Chapter, no_args_is_help=False)
def debug() -> None:
    """Record the dialogue with the mail servers, secrets masked and contents left out."""


@debug.command
@click.option("--mailbox", "email", metavar="EMAIL", help="Only the mailbox of EMAIL.")
@click.option(
    "--minutes",
    type=int,
    default=USUAL_MINUTES,
    show_default=True,
    help="It ends by itself after so many, 1 to 1440.",
)
def on(email: str | None, minutes: int) -> None:
    """Begin, for one mailbox or for all."""
    deps = open_deps()
    mailbox_id = mailbox_by_address(deps, email).id if email else None
    switch = switch_on(deps, mailbox_id=mailbox_id, minutes=minutes, actor=COMMAND_LINE)
    click.echo(f"The dialogue of {_whom(switch)} is recorded until {rfc3339(switch.until)}.")
    click.echo(f"The recordings are in {folder_of(deps.instance)} and under Troubleshooting.")


@debug.command
def off() -> None:
    """End it for all mailboxes; what was recorded stays for a week."""
    ended = switch_off(open_deps(), actor=COMMAND_LINE)
    for switch in ended:
        click.echo(f"The dialogue of {_whom(switch)} is recorded no more.")
    if not ended:
        click.echo("It was not on.")


def _whom(switch: Switch) -> str:
    return switch.address or "all mailboxes"
