"""`check`: the step ladder; nothing is changed."""

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import json_option, plain, print_finding, print_json
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Step
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.overview.board import mailbox_by_address


@click.command
@click.argument("email")
@json_option
def check(email: str, as_json: bool) -> int:
    """Try the mailbox of EMAIL step by step, from its name to its folders."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    watch = _say_nothing if as_json else _print_step
    done = run_check(deps, found.id, actor=COMMAND_LINE, on_step=watch)
    if as_json:
        print_json(done.as_json())
    elif done.finding is not None:
        print_finding(done.finding)
    return 0 if done.ok else 1


def _say_nothing(step: Step) -> None:
    """The object at the end has all steps."""


def _print_step(step: Step) -> None:
    mark = "ok" if step.ok else "FAILED"
    click.echo(f"{step.phase.value:<9} {mark:<7} {step.ms:>6} ms  {plain(step.detail)}".rstrip())
