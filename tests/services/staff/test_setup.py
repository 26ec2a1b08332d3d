"""The first admin and the one-time code."""

import re
import threading

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.sessions import session_person
from mailboxadmin.services.staff.setup import SetupClosed, admin_exists, new_setup_code, set_up
from mailboxadmin.store.tables import SetupCodeRow
from tests.support.office import DESK, PASSWORD, Office


def become_admin(office: Office, code: str, email: str = "grace@example.org") -> str:
    return set_up(
        office.deps, code=code, email=email, name="Grace", password=PASSWORD, browser=DESK
    )


def test_the_code_makes_the_first_admin(office: Office):
    code = new_setup_code(office.deps)

    token = become_admin(office, code)

    grace = session_person(office.deps, token)
    assert grace and grace.is_admin
    assert admin_exists(office.deps)


def test_the_code_is_easy_to_type_and_not_stored(office: Office):
    code = new_setup_code(office.deps)

    assert re.fullmatch(r"([A-Z2-9]{4}-){3}[A-Z2-9]{4}", code)
    with office.deps.store.read() as db:
        [row] = db.query(SetupCodeRow)
    assert code not in row.digest
    assert become_admin(office, code.lower().replace("-", " "))


def test_only_the_newest_code_counts(office: Office):
    earlier, later = new_setup_code(office.deps), new_setup_code(office.deps)

    with pytest.raises(InvalidInput) as fault:
        become_admin(office, earlier)

    assert fault.value.field == "code"
    assert become_admin(office, later)


@pytest.mark.parametrize("code", ["", "-", "ABCD-EFGH-JKLM-NPQR"])
def test_a_wrong_code_makes_nobody(office: Office, code: str):
    new_setup_code(office.deps)

    with pytest.raises(InvalidInput):
        become_admin(office, code)

    assert people.list_people(office.deps) == []


def test_without_a_code_nobody_is_the_first_admin(office: Office):
    with pytest.raises(InvalidInput):
        become_admin(office, "")


def test_a_fault_elsewhere_leaves_the_code_good(office: Office):
    code = new_setup_code(office.deps)

    with pytest.raises(InvalidInput) as fault:
        become_admin(office, code, email="grace")

    assert fault.value.field == "email"
    assert become_admin(office, code)


def test_with_an_admin_the_set_up_is_over(office: Office):
    code = new_setup_code(office.deps)
    office.admin()

    with pytest.raises(SetupClosed):
        become_admin(office, code, email="thief@example.org")
    with pytest.raises(SetupClosed):
        new_setup_code(office.deps)


def test_staff_alone_do_not_end_the_set_up(office: Office):
    office.person("anna@example.org")

    assert not admin_exists(office.deps)
    assert become_admin(office, new_setup_code(office.deps))


def test_of_two_requests_at_once_one_makes_an_admin(office: Office):
    code = new_setup_code(office.deps)
    ready, closed = threading.Barrier(2), []

    def try_it(email: str) -> None:
        ready.wait()
        try:
            become_admin(office, code, email=email)
        except SetupClosed:
            closed.append(email)

    threads = [
        threading.Thread(target=try_it, args=(f"{name}@example.org",)) for name in ("ann", "bob")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(closed) == 1
    assert len(people.list_people(office.deps)) == 1
