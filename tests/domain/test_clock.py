"""Instants as programs exchange them."""

import re

import pytest

from mailboxadmin.domain.clock import parse_rfc3339, rfc3339


def test_an_instant_of_any_zone_is_shown_in_utc():
    assert rfc3339(parse_rfc3339("2026-03-02T10:30:00+01:30")) == "2026-03-02T09:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-03-02T09:00:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
    ],
)
def test_what_names_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_rfc3339(text)
