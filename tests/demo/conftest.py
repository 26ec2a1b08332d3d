"""Apps at the local provider, as small as they can be."""

import pytest

from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.domain.oauth import AppKey
from tests.demo.asking import SmallApp


@pytest.fixture(params=list(AppKey))
def app(provider: LocalProvider, request: pytest.FixtureRequest) -> SmallApp:
    """At each of the two in turn."""
    return SmallApp(provider, request.param)


@pytest.fixture
def gmail(provider: LocalProvider) -> SmallApp:
    """At Google."""
    return SmallApp(provider, AppKey.GMAIL)


@pytest.fixture
def outlook(provider: LocalProvider) -> SmallApp:
    """At Microsoft."""
    return SmallApp(provider, AppKey.OUTLOOK)
