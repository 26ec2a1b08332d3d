"""`staff`: the people."""

from typing import BinaryIO

import click

from mailboxadmin.cli.opening import open_deps, read_stdin
from mailboxadmin.cli.output import instant, json_option, print_json, print_table, shown
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services import people
from mailboxadmin.services.invitations import invite
from mailboxadmin.services.names import read_role
from mailboxadmin.services.people_csv import add_people_from_csv


@click.group(no_args_is_help=False)
def staff() -> None:
    """The people: add, list, disable, set a password."""


@staff.command
@click.argument("email", required=False)
@click.option("--name", default="", help="What the person is called.")
@click.option("--role", default="staff", help="admin or staff (the default).")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--csv", "table", type=click.File("rb"), help="A table: address, name, role.")
def add(
    email: str | None,
    name: str,
    role: str,
    password_stdin: bool,
    table: BinaryIO | None,
) -> None:
    """Add EMAIL, or everybody of a table; without a password, print an invitation link."""
    if (email is None) == (table is None):
        raise click.UsageError("Name one address, or a table with --csv FILE.")
    if table is not None:
        _add_table(table)
        return
    password = read_stdin("password") if password_stdin else None
    deps = open_deps()
    person = people.add_person(
        deps,
        email=email or "",
        name=name,
        role=read_role(role),
        actor=COMMAND_LINE,
        password=password,
    )
    if password is None:
        click.echo(f"{person.email}  {invite(deps, person.id, actor=COMMAND_LINE)}")
    else:
        click.echo(f"Added {person.email} as {person.role.value}.")


def _add_table(table: BinaryIO) -> None:
    try:
        text = table.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("csv", "The table is not UTF-8 text; save it as UTF-8.") from None
    for person, link in add_people_from_csv(open_deps(), text, actor=COMMAND_LINE):
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
@click.option("--password-stdin", is_flag=True, required=True, help="Read it from standard input.")
def password(email: str, password_stdin: bool) -> None:
    """Give EMAIL a new password; all their sign-ins end."""
    new = read_stdin("password")
    deps = open_deps()
    person = people.person_by_email(deps, email)
    people.set_password(deps, person.id, new, actor=COMMAND_LINE)
    click.echo(f"The password of {person.email} was changed.")
