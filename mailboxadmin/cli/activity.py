"""`activity`: the log."""

from itertools import islice

import click

from mailboxadmin.cli.numbers import FROM_ONE
from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import json_option, plain, print_json
from mailboxadmin.domain.activity import Level, Logged
from mailboxadmin.domain.clock import parse_rfc3339, rfc3339
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.overview.activity import Filter, iter_entries
from mailboxadmin.services.overview.board import mailbox_by_address

LEVELS = [level.word for level in Level]


@click.command
@click.option("--mailbox", "email", help="Only what is about the mailbox of this address.")
@click.option("--code", default="", metavar="PREFIX", help="A code, or how several begin: sync.")
@click.option("--level", type=click.Choice(LEVELS), default="routine", help="This loud or louder.")
@click.option("--since", metavar="T", help="Not before, as 2026-01-31T08:00:00Z.")
@click.option("--limit", type=FROM_ONE, metavar="N", help="At most so many; all without it.")
@json_option
def activity(
    email: str | None, code: str, level: str, since: str | None, limit: int | None, as_json: bool
) -> None:
    """Show the activity log, newest first."""
    try:
        start = parse_rfc3339(since) if since else None
    except ValueError:
        raise InvalidInput("since", f"{since!r} is no time such as 2026-01-31T08:00:00Z.") from None
    deps = open_deps()
    wanted = Filter(
        mailbox_id=mailbox_by_address(deps, email).id if email else None,
        code=code,
        level=Level[level.upper()],
        since=start,
    )
    for entry in islice(iter_entries(deps, wanted), limit):
        if as_json:
            print_json(_as_json(entry))
        else:
            click.echo(_as_line(entry))


def _as_json(entry: Logged) -> dict[str, object]:
    repeated = {"times": entry.times, "first_at": rfc3339(entry.first_at)}
    return {
        "id": entry.id,
        "at": rfc3339(entry.at),
        "level": entry.level.word,
        "code": entry.code,
        "mailbox": entry.mailbox,
        "actor": entry.actor,
        "run": entry.run_id,
        "message": entry.message,
        "detail": entry.detail | (repeated if entry.times > 1 else {}),
    }


def _as_line(entry: Logged) -> str:
    about = f"{entry.mailbox}: " if entry.mailbox else ""
    times = f" ({entry.times} times since {rfc3339(entry.first_at)})" if entry.times > 1 else ""
    head = f"{rfc3339(entry.at)}  {entry.level.word:<7}  {entry.code:<24}"
    return f"{head}  {plain(about + entry.message)}{times}"
