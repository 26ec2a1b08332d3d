"""Instants as programs exchange them."""

import re
from datetime import timedelta

import pytest

from mailboxadmin.domain.clock import duration_in_words, parse_rfc3339, rfc3339


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


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "less than a minute"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (185, "3 hours"),
        (2 * 24 * 60, "2 days"),
    ],
)
def test_a_duration_is_told_in_one_unit(minutes: float, words: str):
    assert duration_in_words(timedelta(minutes=minutes)) == words
