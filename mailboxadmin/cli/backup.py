"""`backup` and `restore`."""

from pathlib import Path

import click

from mailboxadmin.cli.opening import deps_of, open_deps
from mailboxadmin.cli.output import complain
from mailboxadmin.config import Config, prepare_instance
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.clock import SystemClock
from mailboxadmin.services.keeping.backup import create_backup, reminder
from mailboxadmin.services.keeping.restore import put_back, settle_in
from mailboxadmin.services.machine.file_lock import alone_in

FILE = click.Path(path_type=Path)


@click.command
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write a consistent copy of the database to FILE, while everything runs."""
    deps = open_deps()
    size = create_backup(deps, file, actor=COMMAND_LINE)
    click.echo(f"{file}: {size / 1e6:.1f} MB, read back after it was written.")
    complain(reminder(deps))


@click.command
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put the backup in FILE in place of the database; the server must not run."""
    config = Config.from_environment()
    prepare_instance(config)
    with alone_in(config.instance):
        kept = put_back(file, config.database_file, SystemClock().now())
        deps = deps_of(config)
        settle_in(deps, file, actor=COMMAND_LINE)
        deps.store.engine.dispose()
    click.echo(
        f"Restored from {file}. Everybody signs in again; links and set-up codes that were given "
        "out work no more."
    )
    if kept is not None:
        click.echo(f"The database before is kept as {kept}.")
    complain(reminder(deps))
