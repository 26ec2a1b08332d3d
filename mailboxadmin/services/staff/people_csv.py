"""People from a table: columns address, name, role; the heading and the role may be missing."""

import codecs
import csv
from dataclasses import dataclass

from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.staff.invitations import make_link
from mailboxadmin.services.staff.names import read_email, read_name, read_role
from mailboxadmin.services.staff.people import insert_person

#: What the first cell of a heading says.
HEADINGS = frozenset({"address", "email", "e-mail", "mail", "email address"})
MOST_PEOPLE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """One good line of the table."""

    #: Counted as an editor counts.
    line: int
    email: str
    name: str
    role: Role


def read_csv(text: str) -> tuple[Newcomer, ...]:
    """The people of a table, separated by commas, semicolons or tabs.

    Raises:
        InvalidInputs: a fault per line; the field is `line 3`.
    """
    newcomers: list[Newcomer] = []
    faults: list[InvalidInput] = []
    lines: dict[str, int] = {}
    for line, cells in _rows(text):
        try:
            newcomer = _newcomer(line, cells)
            if newcomer.email in lines:
                sentence = f"{newcomer.email} is already in line {lines[newcomer.email]}."
                raise InvalidInput("email", sentence)
        except InvalidInput as fault:
            faults.append(InvalidInput(f"line {line}", fault.sentence))
            continue
        lines[newcomer.email] = line
        newcomers.append(newcomer)
    if faults:
        raise InvalidInputs(tuple(faults))
    if not newcomers:
        raise InvalidInputs((InvalidInput("people", "The table names nobody yet."),))
    if len(newcomers) > MOST_PEOPLE:
        sentence = f"The table names {len(newcomers)} people; it may name at most {MOST_PEOPLE}."
        raise InvalidInputs((InvalidInput("people", sentence),))
    return tuple(newcomers)


def decode_table(data: bytes) -> str:
    """The text of a file as office programs save it: UTF-8, UTF-16 with its mark, or Windows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def add_people_from_csv(deps: Deps, text: str, *, actor: str) -> tuple[tuple[Person, str], ...]:
    """Add everybody of a table, or nobody; each with an invitation link.

    Raises:
        InvalidInputs: a fault per line; nobody was added.
    """
    newcomers = read_csv(text)
    added: list[tuple[Person, str]] = []
    faults: list[InvalidInput] = []
    with deps.store.write() as db:
        for new in newcomers:
            try:
                who = insert_person(
                    deps, db, email=new.email, name=new.name, role=new.role, actor=actor
                )
                added.append((who, make_link(deps, db, who.id, actor=actor)))
            except InvalidInput as fault:
                faults.append(InvalidInput(f"line {new.line}", fault.sentence))
        if faults:
            # Leaving the block with an error undoes what it wrote.
            raise InvalidInputs(tuple(faults))
    return tuple(added)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    lines = enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
    rows = [(number, cells) for number, line in lines if any(cells := _cells(line))]
    return rows[1:] if rows and rows[0][1][0].lower() in HEADINGS else rows


def _cells(line: str) -> list[str]:
    # The address comes first and holds none of them, so the first one found separates.
    marks = [mark for mark in line if mark in ",;\t"] or [","]
    try:
        [cells] = csv.reader([line or " "], delimiter=marks[0], skipinitialspace=True)
    except csv.Error:
        # Only a cell of more than 128 kB; it then fails as an address, with its line.
        return [line[:100]]
    return [cell.strip() for cell in cells]


def _newcomer(line: int, cells: list[str]) -> Newcomer:
    if len(cells) > 3:
        raise InvalidInput("line", "More than three columns; they are address, name, role.")
    email, name, role = (*cells, "", "")[:3]
    return Newcomer(line=line, email=read_email(email), name=read_name(name), role=read_role(role))
