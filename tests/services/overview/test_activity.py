"""The log by the page, from any place that an address may name."""

import pytest

from mailboxadmin.services.overview.activity import Filter, read_page
from tests.support.office import Office


@pytest.mark.parametrize("number", [10**30, -(10**30)])
def test_a_number_that_no_entry_can_have_is_a_place_like_any(office: Office, number: int):
    office.admin()

    older = read_page(office.deps, Filter(), before_id=number).entries
    newer = read_page(office.deps, Filter(), after_id=number).entries

    everything = read_page(office.deps, Filter()).entries
    assert (older, newer) == ((everything, ()) if number > 0 else ((), everything))
