"""`secrets`: the key that seals them."""

import click

from mailboxadmin.cli.opening import alone_if_possible, open_deps
from mailboxadmin.cli.output import Chapter, complain
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.keeping.rotating import Rotated, rotate_secrets

VARIABLE = "MAILBOXADMIN_SECRET_KEYS"


@click.group(cls=Chapter, no_args_is_help=False)
def secrets() -> None:
    """Replace the key that seals passwords, tokens and client secrets."""


@secrets.command
def rotate() -> int:
    """Seal every stored secret anew; with the key file a new key is made for it."""
    deps = open_deps()
    with alone_if_possible() as alone:
        done = rotate_secrets(deps, actor=COMMAND_LINE, alone=alone)
    stored = counted(done.sealed, "stored secret")
    if done.key_file is not None:
        click.echo(
            f"Sealed anew: {stored}. The new key is in {done.key_file}; the old one is gone."
        )
        click.echo("Everybody signs in again, and links that were given out end.")
        complain(
            f"Keep a copy of {done.key_file} apart from the backups. Backups made before hold "
            "secrets that the old key sealed: make a new backup now."
        )
    else:
        click.echo(f"Sealed with the first key of {VARIABLE}: {stored}. {_spare(done)}")
    if done.unreadable:
        which = counted(done.unreadable, "secret")
        complain(f"{which} could not be opened with any key, and must be entered again.")
    if done.remains:
        complain(
            f"{done.remains}. So copies that the old key opens may lie in the database file, "
            "between its rows. To overwrite them, stop the server and run this again."
        )
    return 1 if done.unreadable or done.remains else 0


def _spare(done: Rotated) -> str:
    if not done.spare:
        return (
            "It is the only one. To replace it, put a new one before it, with a comma between, "
            "start every process with both, and run this again."
        )
    others = "key 2" if done.spare == 1 else f"keys 2 to {done.spare + 1}"
    return (
        f"Once every process was started with it, {others} can be taken out; run this again before "
        "that, when one ran without it meanwhile."
    )
