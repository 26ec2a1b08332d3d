"""The link in which somebody chooses a password."""

import pytest

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.people import Person, Role, Standing
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.invitations import (
    InvitationEnded,
    accept_invitation,
    add_and_invite,
    invite,
    open_invitation,
)
from mailboxadmin.services.staff.sessions import change_own_password, session_person, sign_in
from mailboxadmin.store.tables import ActivityRow
from tests.support.office import DESK, PASSWORD, Office

CHOSEN = "a phrase of my own"


def invited(office: Office) -> tuple[Person, str]:
    """Anna and the token of her link."""
    anna, link = add_and_invite(
        office.deps, email="anna@example.org", name="Anna", role=Role.STAFF, actor="test"
    )
    return anna, token_of(link)


def token_of(link: str) -> str:
    return link.removeprefix("http://localhost:8000/invitation/")


def test_the_link_says_whom_it_is_for(office: Office):
    anna, token = invited(office)

    assert open_invitation(office.deps, token) == anna


def test_choosing_a_password_lets_in_and_is_logged(office: Office):
    anna, token = invited(office)

    session = accept_invitation(office.deps, token, CHOSEN, browser=DESK)

    joined = session_person(office.deps, session)
    assert joined and joined.standing is Standing.ACTIVE
    assert sign_in(office.deps, anna.email, CHOSEN, browser=DESK)
    with office.deps.store.read() as db:
        assert [row.code for row in db.query(ActivityRow).order_by(ActivityRow.id)] == [
            "staff.added",
            "staff.invited",
            "staff.joined",
            "login.succeeded",
        ]


def test_a_link_works_once(office: Office):
    _, token = invited(office)
    accept_invitation(office.deps, token, CHOSEN, browser=DESK)

    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, token)
    with pytest.raises(InvitationEnded):
        accept_invitation(office.deps, token, "a phrase of a thief", browser=DESK)


def test_a_weak_password_leaves_the_link_good(office: Office):
    _, token = invited(office)

    with pytest.raises(InvalidInput):
        accept_invitation(office.deps, token, "short", browser=DESK)

    assert accept_invitation(office.deps, token, CHOSEN, browser=DESK)


def test_a_link_ends_after_seven_days(office: Office):
    _, token = invited(office)

    office.clock.advance(days=7)
    still = open_invitation(office.deps, token)
    office.clock.advance(seconds=1)

    assert still
    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, token)


def test_inviting_again_ends_the_earlier_link(office: Office):
    anna, earlier = invited(office)

    later = token_of(invite(office.deps, anna.id, actor="test"))

    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, earlier)
    assert open_invitation(office.deps, later)


def test_who_is_disabled_cannot_be_invited_and_an_open_link_ends(office: Office):
    anna, token = invited(office)

    people.disable_person(office.deps, anna.id, actor="test")

    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, token)
    with pytest.raises(InvalidInput, match="reactivate"):
        invite(office.deps, anna.id, actor="test")


def test_a_link_for_somebody_active_replaces_the_password_only_when_it_is_used(office: Office):
    anna = office.person("anna@example.org")
    token = token_of(invite(office.deps, anna.id, actor="test"))
    session = sign_in(office.deps, anna.email, PASSWORD, browser=DESK)

    accept_invitation(office.deps, token, CHOSEN, browser=DESK)

    assert session_person(office.deps, session) is None
    with office.deps.store.read() as db:
        assert db.query(ActivityRow).filter_by(code="staff.password_changed").count() == 1


def test_a_link_for_another_password_ends_after_a_day(office: Office):
    anna = office.person("anna@example.org")
    token = token_of(invite(office.deps, anna.id, actor="grace@example.org"))

    office.clock.advance(days=1)
    still = open_invitation(office.deps, token)
    office.clock.advance(seconds=1)

    assert still == anna
    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, token)


def test_a_link_for_another_password_is_logged_where_its_owner_sees_it(office: Office):
    anna = office.person("anna@example.org")

    invite(office.deps, anna.id, actor="grace@example.org")

    with office.deps.store.read() as db:
        [row] = db.query(ActivityRow).filter_by(code="staff.password_link_made")
    assert (row.mailbox_id, row.actor) == (anna.mailbox_id, "grace@example.org")


def test_another_password_ends_a_link_that_is_open(office: Office):
    anna = office.person("anna@example.org")
    token = token_of(invite(office.deps, anna.id, actor="grace@example.org"))

    change_own_password(
        office.deps, anna.id, current=PASSWORD, new="a longer new phrase", browser=DESK
    )

    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, token)


@pytest.mark.parametrize("damage", ["", "x", "WzEsIm4iXQ.aaaaaa.bbbbbb", "ä", "a.b.c.d"])
def test_what_is_no_link_of_ours_is_refused(office: Office, damage: str):
    invited(office)

    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, damage)


def test_a_link_that_was_changed_on_the_way_is_refused(office: Office):
    _, token = invited(office)
    last = "A" if token[-5] != "A" else "B"

    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, token[:-5] + last + token[-4:])
