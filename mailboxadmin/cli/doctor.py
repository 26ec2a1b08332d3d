"""`doctor`: the troubleshooting checks."""

import os
from pathlib import Path

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import json_option, plain, print_json
from mailboxadmin.config import KeyFault
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.checklist.answer import Diagnosed, Verdict
from mailboxadmin.services.trouble.bundle import make_bundle
from mailboxadmin.services.trouble.doctor import (
    examine,
    unusable_database,
    unusable_key_file,
)


@click.command
@json_option
@click.option(
    "--bundle",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the support bundle there instead.",
)
def doctor(as_json: bool, bundle: Path | None) -> int:
    """Go through the troubleshooting checklist: this machine, and every mailbox."""
    if bundle is not None:
        return _write_bundle(bundle)
    try:
        answers = examine(open_deps())
    except StoreUnavailable as fault:
        answers = (unusable_database(fault),)
    except KeyFault as fault:
        answers = (unusable_key_file(fault.summary, fault.fix),)
    for answer in answers:
        if as_json:
            print_json(
                {
                    "code": answer.code,
                    "ok": answer.ok,
                    "summary": answer.summary,
                    "fix": answer.fix,
                }
            )
        else:
            _print(answer)
    return 0 if all(answer.ok for answer in answers) else 1


def _write_bundle(file: Path) -> int:
    made = make_bundle(open_deps(), actor=COMMAND_LINE)
    try:
        with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as target:
            target.write(made)
    except OSError as fault:
        raise click.UsageError(f"{file} cannot be written: {fault.strerror}.") from fault
    click.echo(f"{file} written; names, addresses, secrets and paths in it are covered.")
    return 0


def _print(answer: Diagnosed) -> None:
    mark = "ok" if answer.ok else _MARKS[answer.verdict]
    click.echo(f"{answer.code:<12} {mark:<7} {plain(answer.summary)}")
    if answer.fix:
        click.echo(f"{'':<20} {plain(answer.fix)}")


_MARKS = {Verdict.LOOK: "LOOK", Verdict.ACT: "BROKEN"}
