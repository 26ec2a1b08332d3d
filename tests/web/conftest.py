"""Browsers for the tests of pages: `visitor` is a stranger, `at_desk(email)` is signed in."""

from collections.abc import Callable

import pytest

from tests.support.office import Office
from tests.support.visitor import Visitor


@pytest.fixture
def visitor(office: Office) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(office.app)


@pytest.fixture
def at_desk(office: Office) -> Callable[[str], Visitor]:
    """Somebody who was added before, signed in."""

    def sign_in(email: str) -> Visitor:
        visitor = Visitor(office.app)
        assert visitor.sign_in(email).status_code == 302
        return visitor

    return sign_in
