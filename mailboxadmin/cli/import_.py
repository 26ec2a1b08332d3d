"""`import`: messages from files into a mailbox."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import complain, plain
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.files.importing import Imported, import_messages
from mailboxadmin.services.overview.board import mailbox_by_address

#: Files told one by one before the rest is only counted.
NAMED = 3


@click.command("import")
@click.argument("email")
@click.argument("file", type=click.Path(path_type=Path))
def import_(email: str, file: Path) -> int:
    """Put the messages of FILE, an mbox, a Maildir or an .eml, into the mailbox of EMAIL.

    What the mailbox has already is left out, so it can be done again after it was cut off.
    """
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    with _progress() as on_progress:
        done = import_messages(deps, found.id, file, actor=COMMAND_LINE, on_progress=on_progress)
    click.echo(
        f"{done.imported} imported, {done.here} were here already, "
        f"{done.unreadable} cannot be read as mail."
    )
    if done.imported:
        click.echo(_whereabouts(done))
    if done.unopened:
        named = "; ".join(done.unopened[:NAMED])
        complain(f"{len(done.unopened)} could not be opened and were left out: {named}.")
    return 1 if done.unopened else 0


def _whereabouts(done: Imported) -> str:
    where = ", ".join(sorted(done.folders))
    return plain(f"They are in {where}, without a UID until a sync finds them on the server.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """One line that is written over, on a terminal only."""
    shown = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        if shown:
            percent = 100 * done // max(total, 1)
            click.echo(f"\r{percent} % of the file is done.", nl=False, err=True)

    try:
        yield show
    finally:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True)
