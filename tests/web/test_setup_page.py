"""The page of the first admin."""

import pytest

from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.setup import new_setup_code
from tests.support.office import PASSWORD, Office
from tests.support.visitor import Visitor


@pytest.mark.parametrize("path", ["/", "/login", "/staff", "/settings", "/activity"])
def test_everything_leads_to_the_set_up_while_there_is_no_admin(visitor: Visitor, path: str):
    answer = visitor.get(path)

    assert (answer.status_code, answer.location) == (302, "/setup")


def test_what_needs_no_set_up_answers_before_it(visitor: Visitor):
    assert visitor.get("/setup").status_code == 200
    assert visitor.get("/static/vendor/tabler.min.css").status_code == 200
    assert visitor.get("/healthz").status_code in (200, 503)


def test_the_code_makes_the_first_admin_and_the_page_is_gone(office: Office, visitor: Visitor):
    code = new_setup_code(office.deps)

    answer = visitor.post(
        "/setup", code=code, name="Grace", email="grace@example.org", password=PASSWORD
    )

    assert answer.location == "/"
    assert visitor.get("/staff").status_code == 200
    assert visitor.get("/setup").status_code == 404
    assert Visitor(office.app).get("/setup").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "AAAA-AAAA-AAAA-AAAA", "That is not the code."),
        ("code", "", "Enter the code."),
        ("email", "grace", "is not an address"),
        ("password", "short", "Too short"),
        ("name", "x" * 101, "At most 100 characters"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_makes_nobody(
    office: Office, visitor: Visitor, field: str, value: str, sentence: str
):
    good = {
        "code": new_setup_code(office.deps),
        "name": "Grace",
        "email": "grace@example.org",
        "password": PASSWORD,
    }

    answer = visitor.post("/setup", **{**good, field: value})

    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'id="{field}-fault"' in answer.text
    assert people.list_people(office.deps) == []


def test_a_form_that_was_open_when_another_became_admin_finds_nothing(
    office: Office, visitor: Visitor
):
    code, token = new_setup_code(office.deps), visitor.token("/setup")
    office.admin()

    answer = visitor.post_without_token(
        "/setup", csrf_token=token, code=code, email="thief@example.org", password=PASSWORD
    )

    assert answer.status_code == 404
    assert len(people.list_people(office.deps)) == 1


def test_guessing_codes_is_paused(visitor: Visitor):
    guess = {"code": "X", "email": "thief@example.org", "password": PASSWORD}

    statuses = [visitor.post("/setup", **guess).status_code for _ in range(30)]

    assert statuses == [400] * 30
    assert visitor.post("/setup", **guess).status_code == 429
