"""Marks each test by the program it needs, so that `make test` can leave it out without it."""

import pytest

#: Fixtures that start a Chromium; every fixture with `dovecot` in its name starts a Dovecot.
BROWSER_FIXTURES = {"browser", "chromium", "page"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add `dovecot` and `journey` from the fixtures a test asks for, and from its folder."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if any("dovecot" in name for name in fixtures):
        item.add_marker(pytest.mark.dovecot)
    if "journeys" in item.path.parts or fixtures & BROWSER_FIXTURES:
        item.add_marker(pytest.mark.journey)
