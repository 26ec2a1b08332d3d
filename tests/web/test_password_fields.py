"""Where people type a password."""

import re

import pytest

from mailboxadmin.domain.people import Role
from mailboxadmin.services.staff.invitations import add_and_invite
from tests.support.office import Office
from tests.support.visitor import Visitor

FIELD = re.compile(r'<input[^>]*\bname="(?:password|current)"[^>]*>')


@pytest.mark.parametrize(
    ("page", "purposes"),
    [
        ("/login", ["current-password"]),
        ("/password", ["current-password", "new-password"]),
        ("invitation", ["new-password"]),
    ],
)
def test_every_password_is_masked_and_left_to_password_managers(
    office: Office, at_desk, page: str, purposes: list[str]
):
    office.admin("grace@example.org")
    _, link = add_and_invite(
        office.deps, email="anna@example.org", name="", role=Role.STAFF, actor="test"
    )
    visitor = at_desk("grace@example.org") if page == "/password" else Visitor(office.app)
    path = link.removeprefix(office.deps.base_url) if page == "invitation" else page

    fields = FIELD.findall(visitor.get(path).text)

    assert [re.findall(r'autocomplete="([^"]+)"', field) for field in fields] == [
        [purpose] for purpose in purposes
    ]
    assert all('type="password"' in field for field in fields)
    assert not any("value=" in field and 'value=""' not in field for field in fields)
    assert not any("maxlength" in field or "onpaste" in field for field in fields)
