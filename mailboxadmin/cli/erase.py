"""`erase`: everything that is stored of a mailbox goes, for good."""

from collections.abc import Iterable
from pathlib import Path

import click

from mailboxadmin.cli.opening import alone_if_possible, open_deps
from mailboxadmin.cli.output import complain
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.overview.board import mailbox_by_address
from mailboxadmin.services.staff.erasing import Erased, ToErase, erase_mailbox, what_would_go

WRONG_INPUT = 2


@click.command
@click.argument("email")
@click.option("--yes", is_flag=True, help="Without it, only what would go is shown.")
def erase(email: str, yes: bool) -> int:
    """Erase everything that is stored of the mailbox of EMAIL; the person stays."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    if not yes:
        _show(what_would_go(deps, found.id))
        complain("Nothing was erased. With --yes all of this goes, and nothing brings it back.")
        return WRONG_INPUT
    with alone_if_possible() as alone:
        erased = erase_mailbox(deps, found.id, actor=COMMAND_LINE, alone=alone)
    click.echo(
        f"Everything that was stored of the mailbox of {erased.address} is erased: "
        f"{counted(erased.messages, 'message')}, and what was known of them. On the mail server "
        "nothing was changed."
    )
    return tell_what_is_left(erased)


def tell_what_is_left(erased: Erased) -> int:
    """Name what was not reached; the exit status, 1 where remains are left."""
    _name(erased.backups)
    for page in erased.end_at:
        complain(f"The permission could not be ended at the provider; its owner does that: {page}")
    if erased.remains:
        complain(erased.remains)
    return 1 if erased.remains else 0


def _show(there: ToErase) -> None:
    messages, folders = counted(there.messages, "message"), counted(there.folders, "folder")
    click.echo(f"Stored of the mailbox of {there.address}:")
    click.echo(f"  {messages} in {folders}, {there.bytes / 1e6:.1f} MB")
    click.echo(f"  {counted(there.secrets, 'password or token', 'passwords and tokens')}")
    click.echo(f"  {counted(there.entries, 'line')} of the activity log")
    click.echo(f"  {counted(there.recordings, 'recording')} of debug mode")
    click.echo("  the program's log file, which is deleted whole: a traceback may quote anything")
    _name(there.backups)


def _name(backups: Iterable[Path]) -> None:
    for file in backups:
        click.echo(f"Not touched, and it holds some of it: {file}")
