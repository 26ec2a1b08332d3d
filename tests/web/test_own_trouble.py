"""Whose own mailbox needs somebody is told on every page, until it works."""

import pytest

from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.services.staff.people import ensure_mailbox, person_by_email
from tests.support.office import Office
from tests.support.outcomes import succeeds
from tests.support.states import finding, put, somebody
from tests.support.visitor import Visitor

WRONG = finding(summary="The server does not accept Anna’s password.")
LINE = "New mail waits on the server"


@pytest.fixture
def anna(office: Office) -> Person:
    """Somebody whose password is refused."""
    office.admin()
    person = somebody(office, "Anna Keller")
    put(office, person, State.NEEDS_ACTION, WRONG)
    return person


@pytest.fixture
def at_hers(anna: Person, at_desk) -> Visitor:
    visitor: Visitor = at_desk(anna.email)
    return visitor


@pytest.mark.parametrize("path", ["/activity", "/password"])
def test_every_other_page_leads_to_what_is_to_be_done(anna: Person, at_hers: Visitor, path: str):
    page = at_hers.get(path).text

    assert f"{LINE} until you act" in page
    assert f'href="/mailboxes/{anna.mailbox_id}">what to do' in page


def test_the_pages_of_the_mailbox_itself_say_it_once(anna: Person, at_hers: Visitor):
    for path in (f"/mailboxes/{anna.mailbox_id}", f"/mailboxes/{anna.mailbox_id}/ask", "/mailbox"):
        assert LINE not in at_hers.get(path).text, path


@pytest.mark.parametrize("path", ["/mail", "/mail?folder=all", "/mail?q=ash"])
def test_the_inbox_says_it_once_with_what_mends_it(at_hers: Visitor, path: str):
    page = at_hers.get(path).text

    assert f"{LINE} until you act" not in page
    assert f"{LINE} until you mend it" in page


def test_it_is_gone_when_it_works(office: Office, anna: Person, at_hers: Visitor):
    succeeds(office, anna.mailbox_id or 0)

    assert LINE not in at_hers.get("/activity").text


@pytest.mark.parametrize("state", [State.OK, State.RETRYING, State.PAUSED, State.NEW])
def test_nothing_is_said_while_nobody_has_to_act(
    office: Office, anna: Person, at_hers: Visitor, state: State
):
    put(office, anna, state, WRONG if state is State.RETRYING else None)

    assert LINE not in at_hers.get("/activity").text


def test_somebody_else_may_have_to_act(office: Office, anna: Person, at_hers: Visitor):
    put(office, anna, State.NEEDS_ACTION, finding(fix_by=Fixer.MAIL_HOST))

    page = at_hers.get("/activity").text

    assert f"{LINE}; the mail host must act" in page


def test_nobody_reads_it_of_another(office: Office, anna: Person, at_desk):
    somebody(office, "Ben Okoye")

    assert LINE not in at_desk("ben@example.org").get("/activity").text
    assert LINE not in at_desk("grace@example.org").get("/activity").text


def test_an_admin_has_it_on_the_board_already(office: Office, at_desk):
    eva = somebody(office, "Eva Admin", Role.ADMIN)
    ensure_mailbox(office.deps, eva.id)
    eva = person_by_email(office.deps, eva.email)
    put(office, eva, State.NEEDS_ACTION, WRONG)
    at_hers = at_desk(eva.email)

    assert LINE not in at_hers.get("/").text
    assert LINE in at_hers.get("/settings").text
