"""`export`: a mailbox's messages as files."""

from pathlib import Path

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import complain
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.files.export import Format, export_mailbox
from mailboxadmin.services.overview.board import mailbox_by_address

#: File names told one by one before the rest is only counted.
NAMED = 3


@click.command
@click.argument("email")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "form", type=click.Choice([each.value for each in Format]), required=True)
@click.option("--removed", is_flag=True, help="Those that are gone from the server too.")
def export(email: str, directory: Path, form: str, removed: bool) -> int:
    """Write the messages of EMAIL below DIR, byte for byte; nothing is overwritten."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    done = export_mailbox(
        deps, found.id, directory, form=Format(form), removed=removed, actor=COMMAND_LINE
    )
    click.echo(f"{done.written} written, {done.present} were there already.")
    if done.left_out:
        complain(
            f"{done.left_out} were left out: their bytes are not here yet, or the server refuses "
            "to give them."
        )
    if done.differing:
        names = ", ".join(str(file) for file in done.differing[:NAMED])
        complain(f"{len(done.differing)} files with other content were left as they are: {names}.")
    return 1 if done.differing else 0
