"""`staff`: the people."""

from collections.abc import Iterable
from typing import BinaryIO

import click

from mailboxadmin.cli.erase import WRONG_INPUT, tell_what_is_left
from mailboxadmin.cli.opening import alone_if_possible, open_deps, read_stdin
from mailboxadmin.cli.output import (
    Chapter,
    complain,
    instant,
    json_option,
    print_json,
    print_table,
    shown,
)
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.invitations import add_and_invite, invite
from mailboxadmin.services.staff.leaving import delete_person
from mailboxadmin.services.staff.names import read_role
from mailboxadmin.services.staff.people_csv import add_people_from_csv, decode_table


@click.group(cls=Chapter, no_args_is_help=False)
def staff() -> None:
    """The people: add, list, disable, delete, set a password or make a link for one."""


@staff.command
@click.argument("email", required=False)
@click.option("--name", help="What the person is called.")
@click.option("--role", help="admin or staff (the default).")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--csv", "table", type=click.File("rb"), help="A table: address, name, role.")
def add(
    email: str | None,
    name: str | None,
    role: str | None,
    password_stdin: bool,
    table: BinaryIO | None,
) -> None:
    """Add EMAIL, or everybody of a table; without a password, print an invitation link."""
    if (email is None) == (table is None):
        raise click.UsageError("Name one address, or a table with --csv FILE.")
    if table is not None:
        if name is not None or role is not None or password_stdin:
            raise click.UsageError("The table has the names and roles; passwords are chosen.")
        text = decode_table(table.read())
        _print_links(add_people_from_csv(open_deps(), text, actor=COMMAND_LINE))
        return
    _add_one(email or "", name or "", read_role(role or ""), password_stdin=password_stdin)


def _add_one(email: str, name: str, role: Role, *, password_stdin: bool) -> None:
    if not password_stdin:
        invited = add_and_invite(open_deps(), email=email, name=name, role=role, actor=COMMAND_LINE)
        _print_links((invited,))
        return
    password = read_stdin("password")
    person = people.add_person(
        open_deps(), email=email, name=name, role=role, actor=COMMAND_LINE, password=password
    )
    click.echo(f"Added {person.email} as {person.role.value}.")


def _print_links(invited: Iterable[tuple[Person, str]]) -> None:
    for person, link in invited:
        click.echo(f"{person.email}  {link}")


@staff.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List everybody."""
    everybody = people.list_people(open_deps())
    if not as_json:
        headings = ("address", "name", "role", "standing", "last sign-in")
        rows = (
            (p.email, p.name, p.role.value, p.standing.value, shown(p.last_login_at))
            for p in everybody
        )
        print_table(headings, rows)
        return
    for person in everybody:
        print_json(
            {
                "email": person.email,
                "name": person.name,
                "role": person.role.value,
                "standing": person.standing.value,
                "last_login_at": instant(person.last_login_at),
            }
        )


@staff.command
@click.argument("email")
def disable(email: str) -> None:
    """Shut EMAIL out; the mail stays as it is."""
    deps = open_deps()
    person = people.disable_person(deps, people.person_by_email(deps, email).id, actor=COMMAND_LINE)
    click.echo(f"{person.email} can no longer sign in.")


@staff.command
@click.argument("email")
@click.option("--yes", is_flag=True, help="Without it, nothing is deleted.")
def delete(email: str, yes: bool) -> int:
    """Delete EMAIL with the mailbox and everything that is stored of both."""
    deps = open_deps()
    person = people.person_by_email(deps, email)
    if not yes:
        complain(f"Nothing was deleted. With --yes, {person.email} and their mailbox go for good.")
        return WRONG_INPUT
    with alone_if_possible() as alone:
        left = delete_person(deps, person.id, typed=email, actor=COMMAND_LINE, alone=alone)
    click.echo(f"{left.email} is deleted, with everything that was stored of them here.")
    return tell_what_is_left(left.erased) if left.erased else 0


@staff.command
@click.argument("email")
def link(email: str) -> None:
    """Print a link in which EMAIL chooses a password; an earlier one ends."""
    deps = open_deps()
    person = people.person_by_email(deps, email)
    _print_links(((person, invite(deps, person.id, actor=COMMAND_LINE)),))


@staff.command
@click.argument("email")
@click.option("--password-stdin", is_flag=True, required=True, help="Read it from standard input.")
def password(email: str, password_stdin: bool) -> None:
    """Give EMAIL a new password; all their sign-ins end."""
    new = read_stdin("password")
    deps = open_deps()
    person = people.person_by_email(deps, email)
    people.set_password(deps, person.id, new, actor=COMMAND_LINE)
    click.echo(f"The password of {person.email} was changed.")
