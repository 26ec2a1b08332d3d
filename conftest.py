"""Marks each test by the program it needs, so that `make test` can leave it out without it."""

import pytest

#: Fixtures that start the program, by the mark that names it; `dovecot*` counts as one.
BROWSER_FIXTURES = {"browser", "chromium", "page"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add `dovecot` and `journey` from the fixtures a test asks for, and from its folder."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if any(name.startswith("dovecot") for name in fixtures):
        item.add_marker(pytest.mark.dovecot)
    if "journeys" in item.path.parts or fixtures & BROWSER_FIXTURES:
        item.add_marker(pytest.mark.journey)
