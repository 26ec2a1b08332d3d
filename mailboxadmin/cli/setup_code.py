"""`setup-code`: the way in for the first admin."""

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.services.staff.setup import new_setup_code


@click.command
def setup_code() -> None:
    """Print a new one-time code for /setup, while there is no admin."""
    click.echo(new_setup_code(open_deps()))
