"""Numbers in an address that no row can have: nothing is there, and nothing breaks."""

import pytest

from tests.support.office import Office
from tests.support.visitor import Visitor

DIGITS = [19, 25, 5000]


@pytest.fixture
def grace(office: Office, at_desk) -> Visitor:
    office.admin("grace@example.org")
    office.person("anna@example.org")
    return at_desk("grace@example.org")


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize(
    "path", ["/mailboxes/{}", "/mailboxes/1/runs/{}", "/mailboxes/1/check/{}", "/staff/{}"]
)
def test_an_id_beyond_all_ids_is_not_there(grace: Visitor, path: str, digits: int):
    assert grace.get(path.format("9" * digits)).status_code == 404


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize("query", ["before={}", "after={}", "before=-{}", "mailbox={}"])
def test_the_log_begins_at_any_number(grace: Visitor, query: str, digits: int):
    answer = grace.get(f"/activity?{query.format('9' * digits)}")

    assert answer.status_code == (204 if query == "after={}" and digits < 5000 else 200)
