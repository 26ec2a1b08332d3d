"""What the key signed ends with it, in a server that goes on: sign-ins, forms, links."""

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Role
from mailboxadmin.services.keeping.rotating import rotate_secrets
from mailboxadmin.services.staff.invitations import add_and_invite

ADMIN = "grace@example.org"


def rotate(office) -> None:
    rotate_secrets(office.deps, actor=COMMAND_LINE)


def test_everybody_signs_in_again_and_stays_signed_in_then(office, at_desk):
    office.admin(ADMIN)
    grace = at_desk(ADMIN)

    rotate(office)

    assert not grace.is_signed_in()
    assert grace.sign_in(ADMIN).status_code == 302
    assert grace.is_signed_in()


def test_a_form_that_was_open_is_refused_and_changes_nothing(office, visitor):
    office.admin(ADMIN)
    token = visitor.token("/login")

    rotate(office)
    answer = visitor.post_without_token(
        "/login", csrf_token=token, email=ADMIN, password="correct horse battery"
    )

    assert answer.status_code == 400
    assert not visitor.is_signed_in()


def test_an_invitation_ends_and_says_so(office, visitor):
    office.admin(ADMIN)
    _, link = add_and_invite(
        office.deps, email="ann@example.org", name="Ann", role=Role.STAFF, actor=ADMIN
    )
    way = link.removeprefix(office.deps.base_url)
    before = visitor.get(way)

    rotate(office)

    assert before.status_code == 200
    after = visitor.get(way)
    assert after.status_code == 410
    assert "ann@example.org" not in after.text
