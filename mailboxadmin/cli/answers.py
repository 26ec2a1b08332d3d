"""`answers`: what servers said that nothing here knows."""

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import instant, json_option, print_json
from mailboxadmin.domain.unknown import UnknownAnswer
from mailboxadmin.services.verdict.unknown import read_unknown, unknown_as_rows


@click.command
@json_option
def answers(as_json: bool) -> None:
    """Print what servers said and nobody knows, as rows to add to the catalogue."""
    deps = open_deps()
    if not as_json:
        click.echo(unknown_as_rows(deps), nl=False)
        return
    for answer in read_unknown(deps):
        print_json(_as_json(answer))


def _as_json(answer: UnknownAnswer) -> dict[str, object]:
    return {
        "phase": answer.phase.value,
        "happening": answer.happening.value,
        "response_code": answer.response_code or None,
        "provider": answer.provider or None,
        "said": answer.said,
        "times": answer.times,
        "first_at": instant(answer.first_at),
        "last_at": instant(answer.last_at),
    }
