"""`mailbox`: configure, list, pause, resume, trust and untrust its certificate."""

import click

from mailboxadmin.cli.opening import open_deps, read_stdin
from mailboxadmin.cli.output import (
    IN_CLEAR,
    Chapter,
    complain,
    instant,
    json_option,
    print_json,
    print_table,
    shown,
)
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.entered import read_folder
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.mailbox import Encryption, Mailbox
from mailboxadmin.domain.settings import PERSONAL_KEYS
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import NotSaved, configure_mailbox, read_config
from mailboxadmin.services.mailboxes.pausing import pause_mailbox, resume_mailbox
from mailboxadmin.services.mailboxes.trust import Trusted, trust_certificate, untrust
from mailboxadmin.services.overview.board import list_mailboxes, mailbox_by_address
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.staff.people import ensure_mailbox, person_by_email


@click.group(cls=Chapter, no_args_is_help=False)
def mailbox() -> None:
    """A mailbox: configure, list, pause, resume, trust its certificate."""


@mailbox.command("set")
@click.argument("email")
@click.option("--host", help="The IMAP server.")
@click.option("--port", help="Its port; without it the encryption decides.")
@click.option("--encryption", help="ssl, starttls or none.")
@click.option("--username", help="The name at sign-in; empty is the address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--folder", "folders", multiple=True, help="A folder to sync; may be repeated.")
@click.option(
    "--inherit",
    "inherited",
    multiple=True,
    type=click.Choice(PERSONAL_KEYS),
    metavar="KEY",
    help="Give up the own value of a setting, such as folders; may be repeated.",
)
@click.option("--check", "test", is_flag=True, help="Save only what was tried and works.")
def set_(
    email: str,
    host: str | None,
    port: str | None,
    encryption: str | None,
    username: str | None,
    password_stdin: bool,
    folders: tuple[str, ...],
    inherited: tuple[str, ...],
    test: bool,
) -> None:
    """Configure the mailbox of EMAIL; what is not given stays or is inherited."""
    given = {
        "imap_host": host,
        "imap_port": port,
        "imap_encryption": encryption,
        "folders": _folders(folders) if folders else None,
    }
    texts = {key: text for key, text in given.items() if text is not None}
    both = sorted(set(texts) & set(inherited))
    if both:
        raise click.UsageError(f"{both[0]} is both given and inherited.")
    draft = Draft(
        texts=texts | dict.fromkeys(inherited, ""),
        username=username,
        password=read_stdin("password") if password_stdin else None,
    )
    _save(open_deps(), email, draft, test=test)


def _folders(names: tuple[str, ...]) -> str:
    """One a line, as the setting is written; each is one name before they are joined."""
    try:
        return "\n".join(read_folder(name) for name in names)
    except ValueError as fault:
        raise InvalidInput("folders", str(fault)) from None


def _save(deps: Deps, email: str, draft: Draft, *, test: bool) -> None:
    mailbox_id = ensure_mailbox(deps, person_by_email(deps, email).id)
    try:
        check = configure_mailbox(
            deps, mailbox_id, draft, actor=COMMAND_LINE, set_by="operator", test=test
        )
    except NotSaved as refusal:
        finding = refusal.check.finding
        code = f" [{finding.code}]" if finding else ""
        complain(f"Not saved: {refusal}{code}")
        raise SystemExit(1) from None
    config = read_config(deps, mailbox_id)
    click.echo(f"Saved{' and tested' if check else ''}: {config.address}.")
    if config.permission is None and (not config.has_password or config.password_elsewhere):
        complain("No password is stored for that server yet; nothing is synced until there is one.")
    if config.effective.server and config.effective.server.encryption is Encryption.NONE:
        complain(IN_CLEAR)


@mailbox.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all mailboxes by their addresses, those not configured yet too."""
    mailboxes = sorted(list_mailboxes(open_deps()), key=lambda each: each.address)
    if as_json:
        for each in mailboxes:
            print_json(_as_json(each))
        return
    headings = ("mailbox", "state", "last success", "next attempt", "messages", "finding")
    print_table(headings, (_as_row(each) for each in mailboxes))


def _as_json(mailbox: Mailbox) -> dict[str, object]:
    return {
        "mailbox": mailbox.address,
        "state": mailbox.state.value,
        "finding": mailbox.finding.as_json() if mailbox.finding else None,
        "last_success_at": instant(mailbox.last_success_at),
        "next_attempt_at": instant(mailbox.next_attempt_at),
        "messages": mailbox.messages,
    }


def _as_row(mailbox: Mailbox) -> tuple[object, ...]:
    return (
        mailbox.address,
        mailbox.state.value,
        shown(mailbox.last_success_at),
        shown(mailbox.next_attempt_at),
        mailbox.messages,
        mailbox.finding.summary if mailbox.finding else "",
    )


@mailbox.command
@click.argument("email")
def pause(email: str) -> None:
    """Check the mailbox of EMAIL no more until it is resumed."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    pause_mailbox(deps, found.id, actor=COMMAND_LINE)
    click.echo(f"{found.address} is paused.")


@mailbox.command
@click.argument("email")
def resume(email: str) -> None:
    """Check the mailbox of EMAIL again."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    resume_mailbox(deps, found.id, actor=COMMAND_LINE)
    click.echo(f"{found.address} is checked again.")


@mailbox.command
@click.argument("email")
@click.option("--fingerprint", required=True, help="SHA-256 of the certificate, in hexadecimal.")
def trust(email: str, fingerprint: str) -> None:
    """Trust a certificate for the server of EMAIL, though no authority vouches for it."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    trusted = trust_certificate(deps, found.id, fingerprint, actor=COMMAND_LINE)
    told = "" if trusted.shown else " It could not be compared with what the server shows now."
    beside = len(trusted.pinned) - 1
    told += f" Trusted before, and still: {beside} more." if beside else ""
    click.echo(f"The certificate is trusted for {trusted.host}.{told}")
    _warn_if_contradicted(trusted, found.address)


def _warn_if_contradicted(trusted: Trusted, address: str) -> None:
    if trusted.contradicted and trusted.shown is not None:
        complain(
            f"{trusted.host} shows another certificate now, {trusted.shown.fingerprint}: its "
            "mailboxes are not read until it shows the trusted one. If that was a mistake: "
            f"mailboxadmin mailbox untrust {address}"
        )


@mailbox.command("untrust")
@click.argument("email")
@click.option("--fingerprint", help="SHA-256 of the certificate; without it, all of that server.")
def untrust_(email: str, fingerprint: str | None) -> None:
    """Stop trusting a certificate for the server of EMAIL; the authorities decide again."""
    deps = open_deps()
    found = mailbox_by_address(deps, email)
    ended = untrust(deps, found.id, fingerprint, actor=COMMAND_LINE)
    left = "another pinned one still is" if ended.pinned else "the usual authorities decide again"
    click.echo(f"The certificate is not trusted for {ended.host} any more; {left}.")
    _warn_if_contradicted(ended, found.address)
