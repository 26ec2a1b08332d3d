"""The admin's pages about people."""

import io
import re

import pytest

from mailboxadmin.domain.people import Person, Role, Standing
from mailboxadmin.services.staff import people
from tests.support.office import PASSWORD, Office
from tests.support.visitor import Visitor

LINK = re.compile(r'value="http://localhost:8000(/invitation/[^"]+)"')


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    """The admin at her desk."""
    office.admin("grace@example.org")
    return at_desk("grace@example.org")


@pytest.fixture
def anna(office: Office) -> Person:
    """A member of the staff."""
    return office.person("anna@example.org")


def test_an_admin_who_is_alone_is_told_what_to_do_first(grace: Visitor):
    assert "You are the only one here." in grace.get("/staff").text


def test_the_list_shows_everybody_and_where_they_stand(office: Office, grace: Visitor, anna):
    people.add_person(
        office.deps, email="info@example.org", name="", role=Role.STAFF, actor="grace@example.org"
    )
    people.disable_person(office.deps, anna.id, actor="grace@example.org")

    page = grace.get("/staff").text

    assert "3 people" in page
    assert "anna@example.org" in page and "Deactivated" in page
    assert "info@example.org" in page and "Invited" in page
    assert f'href="/mailboxes/{anna.mailbox_id}"' in page


def test_who_is_added_gets_a_link_that_works(office: Office, grace: Visitor):
    page = grace.post("/staff/add", form_at="/staff", email="Anna@example.org", name="Anna K")

    [link] = LINK.findall(page.text)
    newcomer = Visitor(office.app)
    assert newcomer.post(link, password="a phrase of my own").location == "/"
    assert newcomer.is_signed_in()
    assert people.person_by_email(office.deps, "anna@example.org").role is Role.STAFF


def test_a_name_cannot_carry_markup_into_the_page(grace: Visitor):
    name = '"><script>alert(1)</script>'

    page = grace.post("/staff/add", form_at="/staff", email="eve@example.org", name=name)

    assert "<script>alert" not in page.text
    assert "<script>alert" not in grace.get("/staff").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "anna"}, "is not an address"),
        ({"email": ""}, "Enter an address"),
        ({"email": "grace@example.org"}, "already here"),
        ({"email": "anna@example.org", "role": "chief"}, "Not a valid choice"),
    ],
)
def test_a_fault_is_said_and_nobody_is_added(office: Office, grace: Visitor, fields, sentence):
    answer = grace.post("/staff/add", form_at="/staff", **fields)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert len(people.list_people(office.deps)) == 1


def test_lines_that_are_pasted_add_everybody(office: Office, grace: Visitor):
    text = "address;name;role\nanna@example.org;Anna\nhugo@example.org;Hugo;admin"

    page = grace.post("/staff/csv", form_at="/staff", text=text)

    assert len(LINK.findall(page.text)) == 2
    assert people.person_by_email(office.deps, "hugo@example.org").is_admin


def test_a_file_adds_everybody(office: Office, grace: Visitor):
    file = (io.BytesIO("anna@example.org,Änne".encode("cp1252")), "staff.csv")

    grace.post("/staff/csv", form_at="/staff", file=file)

    assert people.person_by_email(office.deps, "anna@example.org").name == "Änne"


def test_a_table_with_faults_adds_nobody_and_keeps_what_was_pasted(office: Office, grace: Visitor):
    text = "anna@example.org\nnot an address\nben@example.org,Ben,chief"

    answer = grace.post("/staff/csv", form_at="/staff", text=text)

    assert answer.status_code == 400
    assert "2 lines need" in answer.text
    assert "Line 2" in answer.text and "Line 3" in answer.text
    assert "ben@example.org,Ben,chief" in answer.text
    assert len(people.list_people(office.deps)) == 1


def test_name_and_role_are_changed(office: Office, grace: Visitor, anna: Person):
    answer = grace.post(f"/staff/{anna.id}", name="Anna Keller", role="Admin")

    changed = people.person(office.deps, anna.id)
    assert answer.location == f"/staff/{anna.id}"
    assert (changed.name, changed.role) == ("Anna Keller", Role.ADMIN)


def test_the_only_admin_cannot_become_staff_or_be_deactivated(office: Office, grace: Visitor):
    me = people.person_by_email(office.deps, "grace@example.org")

    demoted = grace.post(f"/staff/{me.id}", name="Grace", role="Staff")
    disabled = grace.post(f"/staff/{me.id}/disable")

    assert demoted.status_code == disabled.status_code == 400
    assert "only active admin" in demoted.text
    assert "only active admin" in disabled.text
    assert grace.get("/staff").status_code == 200


def test_an_admin_who_makes_herself_staff_leaves_these_pages(office: Office, grace: Visitor):
    office.admin("hugo@example.org")
    me = people.person_by_email(office.deps, "grace@example.org")

    assert grace.post(f"/staff/{me.id}", name="Grace", role="Staff").location == "/"
    assert grace.get("/staff").status_code == 403


def test_whoever_deactivates_themselves_is_warned(office: Office, grace, anna):
    me = people.person_by_email(office.deps, "grace@example.org")

    asked = grace.get(f"/staff/{me.id}/disable").text

    assert "This is you" in asked
    assert "This is you" not in grace.get(f"/staff/{anna.id}/disable").text


def test_deactivating_asks_first_and_shuts_out_at_once(office: Office, grace, anna, at_desk):
    desk = at_desk("anna@example.org")

    asked = grace.get(f"/staff/{anna.id}/disable")
    before = people.person(office.deps, anna.id).standing
    grace.post(f"/staff/{anna.id}/disable")

    assert "Deactivate Anna?" in asked.text
    assert before is Standing.ACTIVE
    assert people.person(office.deps, anna.id).standing is Standing.DISABLED
    assert not desk.is_signed_in()
    assert desk.sign_in("anna@example.org", PASSWORD).status_code == 401


def test_reactivating_lets_in_again(office: Office, grace: Visitor, anna: Person, at_desk):
    people.disable_person(office.deps, anna.id, actor="grace@example.org")

    answer = grace.post(f"/staff/{anna.id}/enable", form_at=f"/staff/{anna.id}")

    assert answer.location == f"/staff/{anna.id}"
    assert at_desk("anna@example.org").is_signed_in()


def test_a_new_link_is_shown_and_ends_the_earlier_one(grace: Visitor, anna: Person):
    person = f"/staff/{anna.id}"
    [first] = LINK.findall(grace.post(f"{person}/invite", form_at=person).text)
    [second] = LINK.findall(grace.post(f"{person}/invite", form_at=person).text)

    assert grace.get(first).status_code == 410
    assert grace.get(second).status_code == 200


def test_a_forgotten_password_is_replaced_by_a_link_and_never_known_to_the_admin(
    office: Office, grace: Visitor, anna: Person
):
    person = f"/staff/{anna.id}"
    asked = grace.get(person).text
    shown = grace.post(f"{person}/invite", form_at=person)
    [link] = LINK.findall(shown.text)
    visitor = Visitor(office.app)
    before = visitor.get(link).text
    visitor.post(link, password="a phrase of my own")

    assert "Make a link for another password" in asked
    assert "works once, for a day" in shown.text
    assert "Choose another password" in before
    assert visitor.is_signed_in()
    assert Visitor(office.app).sign_in(anna.email, "a phrase of my own").status_code == 302
    assert Visitor(office.app).sign_in(anna.email, PASSWORD).status_code == 401


def test_somebody_deactivated_gets_no_link(office: Office, grace: Visitor, anna: Person):
    people.disable_person(office.deps, anna.id, actor="grace@example.org")

    answer = grace.post(f"/staff/{anna.id}/invite", form_at=f"/staff/{anna.id}")

    assert answer.status_code == 302
    assert "reactivate them first" in grace.get(answer.location).text


@pytest.mark.parametrize("path", ["", "/invite", "/disable", "/enable"])
def test_nobody_of_that_number_is_nothing_here(grace: Visitor, path: str):
    assert grace.post(f"/staff/999{path}", form_at="/staff").status_code == 404


@pytest.mark.parametrize("path", ["add", "csv", "1/invite", "1/enable"])
def test_actions_are_no_visits(grace: Visitor, path: str):
    assert grace.get(f"/staff/{path}").status_code == 405
