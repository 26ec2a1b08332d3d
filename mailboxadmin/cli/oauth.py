"""`oauth`: how permissions are, a token renewed now, a permission given up."""

import click

from mailboxadmin.cli.opening import open_deps
from mailboxadmin.cli.output import (
    Chapter,
    instant,
    json_option,
    print_finding,
    print_json,
    print_table,
    shown,
)
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.overview.board import mailbox_by_address
from mailboxadmin.services.overview.sign_ins import SignInView, list_sign_ins
from mailboxadmin.services.sign_in.permission import disconnect as give_up
from mailboxadmin.services.sign_in.refreshing import refresh_token


@click.group(cls=Chapter, no_args_is_help=False)
def oauth() -> None:
    """Permissions at Gmail and Outlook: how they are, renew a token, disconnect."""


@oauth.command
@click.argument("email", required=False)
@json_option
def status(email: str | None, as_json: bool) -> None:
    """With what each mailbox, or that of EMAIL, signs in, and how its permission is."""
    deps = open_deps()
    wanted = mailbox_by_address(deps, email).id if email else None
    views = [each for each in list_sign_ins(deps) if wanted in (None, each.mailbox.id)]
    views.sort(key=lambda each: each.mailbox.address)
    if as_json:
        for each in views:
            print_json(_as_json(each))
        return
    headings = ("mailbox", "signs in with", "since", "token until", "next renewal", "permission")
    print_table(headings, map(_as_row, views))


@oauth.command
@click.argument("email")
def refresh(email: str) -> int:
    """Ask the provider for a new token of the mailbox of EMAIL, now."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    finding = refresh_token(deps, found.id, actor=COMMAND_LINE)
    if finding is None:
        click.echo(f"The token of {found.address} was renewed.")
        return 0
    print_finding(finding)
    return 1


@oauth.command
@click.argument("email")
def disconnect(email: str) -> None:
    """Forget the permission and the tokens of the mailbox of EMAIL; its mail is kept."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    gone = give_up(deps, found.id, actor=COMMAND_LINE)
    click.echo(f"{found.address} is disconnected from {gone.app.label}; its mail is kept.")
    if gone.revoked:
        click.echo(f"{gone.app.company} has ended the permission too.")
    else:
        pages = " or ".join(gone.pages)
        click.echo(f"Its owner ends the permission at {gone.app.company}, under {pages}")


def _as_json(view: SignInView) -> dict[str, object]:
    given = view.permission
    return {
        "mailbox": view.mailbox.address,
        "method": view.method or None,
        "app": given.app.value if given else None,
        "app_set_up": view.app_set_up if given else None,
        "scopes": sorted(given.scopes) if given else [],
        "connected_at": instant(given.connected_at) if given else None,
        "connected_by": given.connected_by if given else None,
        "access_expires_at": instant(given.access_expires_at) if given else None,
        "refreshed_at": instant(given.refreshed_at) if given else None,
        "next_refresh_at": instant(given.next_refresh_at) if given else None,
        "refresh_expires_at": instant(given.refresh_expires_at) if given else None,
        "ended_at": instant(given.ended_at) if given else None,
        "redirect_uri": view.redirect_uri or None,
    }


def _as_row(view: SignInView) -> tuple[object, ...]:
    given = view.permission
    if given is None:
        return (view.mailbox.address, view.method or "-", "-", "-", "-", "-")
    state = f"ended {shown(given.ended_at)}" if given.ended_at else "good"
    return (
        view.mailbox.address,
        f"{given.app.label} OAuth",
        shown(given.connected_at),
        shown(given.access_expires_at),
        shown(given.next_refresh_at),
        state if view.app_set_up else f"no {given.app.label} app is set up",
    )
