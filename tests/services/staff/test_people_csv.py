"""People from a table."""

import pytest

from mailboxadmin.domain.errors import InvalidInputs
from mailboxadmin.domain.people import Role, Standing
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.invitations import open_invitation
from mailboxadmin.services.staff.people_csv import add_people_from_csv, decode_table, read_csv
from tests.support.office import Office


def faults(text: str) -> dict[str, str]:
    with pytest.raises(InvalidInputs) as found:
        read_csv(text)
    return {fault.field: fault.sentence for fault in found.value.faults}


@pytest.mark.parametrize(
    "text",
    [
        "anna@example.org,Anna Keller,staff\ngrace@example.org,Grace,admin\n",
        "address,name,role\nanna@example.org,Anna Keller,\ngrace@example.org,Grace,ADMIN",
        "\ufeffEmail;Name\r\nanna@Example.org; Anna  Keller\r\n\r\ngrace@example.org;Grace;admin",
        "anna@example.org\tAnna Keller\ngrace@example.org\tGrace\tadmin",
        '"anna@example.org","Anna Keller"\n;;\n"grace@example.org",Grace,admin',
    ],
)
def test_the_tables_that_office_programs_write_are_read(text: str):
    anna, grace = read_csv(text)

    assert (anna.email, anna.name, anna.role) == ("anna@example.org", "Anna Keller", Role.STAFF)
    assert (grace.email, grace.name, grace.role) == ("grace@example.org", "Grace", Role.ADMIN)


def test_a_name_may_hold_the_other_separator():
    [anna] = read_csv("anna@example.org;Keller, Anna")

    assert anna.name == "Keller, Anna"


def test_every_fault_is_named_with_its_line():
    found = faults(
        "address,name,role\n"
        "anna@example.org,Anna\n"
        "not an address,Ben\n"
        "chloe@example.org,Chloé,chief\n"
        "ANNA@example.org,Anna again\n"
        "dana@example.org,Dana,staff,extra\n"
    )

    assert list(found) == ["line 3", "line 4", "line 5", "line 6"]
    assert "'not an address'" in found["line 3"]
    assert "'chief'" in found["line 4"]
    assert "line 2" in found["line 5"]
    assert "three columns" in found["line 6"]


@pytest.mark.parametrize("text", ["", "\n \n", "address,name,role\n"])
def test_a_table_without_people_is_refused(text: str):
    assert faults(text) == {"people": "The table names nobody yet."}


def test_a_table_of_more_than_a_thousand_is_refused():
    lines = "\n".join(f"p{number}@example.org" for number in range(1001))

    assert "1001" in faults(lines)["people"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_that_office_programs_write_are_read(encoding: str):
    [chloe] = read_csv(decode_table("chloe@example.org,Chloé".encode(encoding)))

    assert chloe.name == "Chloé"


def test_everybody_gets_a_link(office: Office):
    added = add_people_from_csv(office.deps, "anna@example.org\nben@example.org", actor="test")

    assert [person.standing for person, _ in added] == [Standing.INVITED] * 2
    for person, link in added:
        assert open_invitation(office.deps, link.rpartition("/")[2]) == person


def test_when_one_is_here_already_nobody_is_added(office: Office):
    office.person("ben@example.org")

    with pytest.raises(InvalidInputs) as found:
        add_people_from_csv(office.deps, "anna@example.org\nben@example.org", actor="test")

    assert [fault.field for fault in found.value.faults] == ["line 2"]
    assert [person.email for person in people.list_people(office.deps)] == ["ben@example.org"]
