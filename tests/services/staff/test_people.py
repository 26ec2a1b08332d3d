"""Adding, changing and disabling people; an admin is always left."""

import threading

import pytest

from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.people import Role, Standing
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.sessions import session_person, sign_in
from mailboxadmin.store.tables import ActivityRow
from tests.support.office import DESK, PASSWORD, Office


def codes(office: Office) -> list[str]:
    with office.deps.store.read() as db:
        return [row.code for row in db.query(ActivityRow).order_by(ActivityRow.id)]


def test_staff_get_a_mailbox_at_once_and_admins_do_not(office: Office):
    anna = office.person("Anna@Example.org")
    grace = office.admin()

    assert anna.email == "anna@example.org"
    assert anna.mailbox_id is not None
    assert grace.mailbox_id is None
    assert codes(office) == ["staff.added", "staff.added"]


def test_somebody_without_a_password_stands_as_invited(office: Office):
    info = people.add_person(
        office.deps, email="info@example.org", name="", role=Role.STAFF, actor="command line"
    )

    assert info.standing is Standing.INVITED


def test_an_address_of_the_office_network_is_a_good_one(office: Office):
    assert office.person("anna@office.local").email == "anna@office.local"


@pytest.mark.parametrize("email", ["", "anna", "a b@example.org", "anna@example.org\r\nBcc: x@y.z"])
def test_a_malformed_address_is_refused(office: Office, email: str):
    with pytest.raises(InvalidInput) as fault:
        office.person(email)

    assert fault.value.field == "email"
    assert people.list_people(office.deps) == []


def test_an_address_is_taken_once_whatever_its_case(office: Office):
    office.person("anna@example.org")

    with pytest.raises(InvalidInput, match="already here"):
        office.person("ANNA@example.org")


@pytest.mark.parametrize(
    "password",
    ["short", "anna.keller@example.org", "Anna.Keller", "password1234", "aaaaaaaaaaaa", "x" * 501],
)
def test_a_weak_password_is_refused_and_nobody_is_added(office: Office, password: str):
    with pytest.raises(InvalidInput) as fault:
        office.person("anna.keller@example.org", password=password)

    assert fault.value.field == "password"
    assert people.list_people(office.deps) == []


def test_people_are_found_by_address_in_any_case(office: Office):
    anna = office.person("anna@example.org")

    assert people.person_by_email(office.deps, " Anna@Example.org ") == anna
    with pytest.raises(NotFound):
        people.person_by_email(office.deps, "ben@example.org")


def test_an_admin_who_becomes_staff_gets_a_mailbox(office: Office):
    office.admin("grace@example.org")
    hugo = office.admin("hugo@example.org")

    changed = people.change_person(
        office.deps, hugo.id, name="Hugo  Müller", role=Role.STAFF, actor="grace@example.org"
    )

    assert (changed.name, changed.role) == ("Hugo Müller", Role.STAFF)
    assert changed.mailbox_id is not None


def test_a_change_is_logged_with_before_and_after_and_nothing_when_nothing_changed(office: Office):
    anna = office.person("anna@example.org")

    for _ in range(2):
        people.change_person(
            office.deps, anna.id, name="Anna Keller", role=Role.STAFF, actor="grace@example.org"
        )

    with office.deps.store.read() as db:
        [row] = db.query(ActivityRow).filter_by(code="staff.changed")
    assert row.detail == {"name": ["Anna", "Anna Keller"]}
    assert row.mailbox == "anna@example.org"


def test_the_last_active_admin_is_neither_disabled_nor_demoted(office: Office):
    grace = office.admin()
    people.add_person(
        office.deps, email="new@example.org", name="", role=Role.ADMIN, actor=grace.email
    )

    with pytest.raises(InvalidInput, match="only active admin"):
        people.disable_person(office.deps, grace.id, actor=grace.email)
    with pytest.raises(InvalidInput, match="only active admin"):
        people.change_person(
            office.deps, grace.id, name="Grace", role=Role.STAFF, actor=grace.email
        )

    assert people.person(office.deps, grace.id) == grace


def test_of_two_admins_who_disable_each_other_one_is_left(office: Office):
    admins = [office.admin("grace@example.org"), office.admin("hugo@example.org")]
    ready, refused = threading.Barrier(2), []

    def disable(other: int) -> None:
        ready.wait()
        try:
            people.disable_person(office.deps, admins[other].id, actor="test")
        except InvalidInput as fault:
            refused.append(fault.field)

    threads = [threading.Thread(target=disable, args=(other,)) for other in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    standings = sorted(people.person(office.deps, admin.id).standing for admin in admins)
    assert standings == [Standing.ACTIVE, Standing.DISABLED]
    assert refused == ["standing"]


def test_who_is_disabled_is_out_at_once_and_comes_back_with_the_same_password(office: Office):
    anna = office.person("anna@example.org")
    token = sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    people.disable_person(office.deps, anna.id, actor="grace@example.org")
    after = session_person(office.deps, token)
    people.enable_person(office.deps, anna.id, actor="grace@example.org")

    assert after is None
    assert session_person(office.deps, token) is None
    assert sign_in(office.deps, anna.email, PASSWORD, browser=DESK)


def test_an_invited_person_who_was_disabled_comes_back_as_invited(office: Office):
    info = people.add_person(
        office.deps, email="info@example.org", name="", role=Role.STAFF, actor="test"
    )

    people.disable_person(office.deps, info.id, actor="test")

    assert people.enable_person(office.deps, info.id, actor="test").standing is Standing.INVITED


def test_a_password_that_is_set_lets_in_and_ends_earlier_sessions(office: Office):
    anna = office.person("anna@example.org")
    token = sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    people.set_password(office.deps, anna.id, "another good phrase", actor="command line")

    assert session_person(office.deps, token) is None
    assert sign_in(office.deps, anna.email, "another good phrase", browser=DESK)


def test_a_mailbox_is_made_once(office: Office):
    grace = office.admin()

    first = people.ensure_mailbox(office.deps, grace.id)

    assert people.ensure_mailbox(office.deps, grace.id) == first
    assert people.person(office.deps, grace.id).mailbox_id == first
