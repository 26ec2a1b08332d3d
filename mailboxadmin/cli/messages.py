"""`messages` and `mark`: the list of a mailbox, and a click in it."""

import click

from mailboxadmin.cli.numbers import FROM_ONE
from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import instant, json_option, print_json, print_table, shown
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.message import Listed
from mailboxadmin.services.overview.board import mailbox_by_address
from mailboxadmin.services.reading.messages import list_messages, mark_messages


@click.command
@click.argument("email")
@click.option("--folder", help="Only this folder.")
@click.option(
    "--limit", type=FROM_ONE, metavar="N", default=100, show_default=True, help="At most so many."
)
@json_option
def messages(email: str, folder: str | None, limit: int, as_json: bool) -> None:
    """List the newest messages of EMAIL; its owner sees in the log that it was done."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    listed = list_messages(deps, found.id, folder=folder, limit=limit, actor=COMMAND_LINE)
    if as_json:
        for message in listed:
            print_json(_as_json(message))
        return
    headings = ("id", "folder", "date", "seen", "from", "subject")
    print_table(headings, (_as_row(message) for message in listed))


def _as_json(message: Listed) -> dict[str, object]:
    return {
        "id": message.id,
        "folder": message.folder,
        "uid": message.uid,
        "message_id": message.message_id,
        "subject": message.subject,
        "from": message.sender,
        "date": instant(message.date),
        "seen": message.seen,
        "size": message.size,
        "removed": message.removed,
    }


def _as_row(message: Listed) -> tuple[object, ...]:
    seen = "removed" if message.removed else "yes" if message.seen else "no"
    return (
        message.id,
        message.folder,
        shown(message.date),
        seen,
        message.sender[:40],
        message.subject[:60],
    )


@click.command
@click.argument("email")
@click.argument("ids", nargs=-1, required=True, type=FROM_ONE, metavar="ID...")
@click.option("--read/--unread", "seen", default=None, help="Which of the two.")
def mark(email: str, ids: tuple[int, ...], seen: bool | None) -> None:
    """Mark messages of EMAIL as read or unread, as a click would."""
    if seen is None:
        raise click.UsageError("Say --read or --unread.")
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    done = mark_messages(deps, found.id, ids, seen=seen, actor=COMMAND_LINE)
    click.echo(f"{done.changed} changed, {len(set(ids)) - done.changed} were so before.")
    if done.to_send:
        click.echo(f"The server is told of {done.to_send} at the next sync.")
