"""The bench as pytest fixtures; tests/conftest.py loads them as a plugin.

    def test_a_new_message_arrives(dovecot):
        ann = dovecot.user()  # a user of this test's own, on the server that all tests share
        dovecot.deliver(ann, mails.message(1))
        dovecot.deliver_many(ann, mails.generate(300), "Archive/2024")  # thousands a second

        sync(dovecot.host, dovecot.port, ann.name, ann.password)  # trusting dovecot.ca_file

        assert dovecot.logins_of(ann).accepted == 1
        assert dovecot.flags(ann) == {1: frozenset()}

    def test_a_server_that_hangs_up(scripted_imap):
        server = scripted_imap([capability(), login(), expect("LIST", Close())])

        sync(server.host, server.port, "ann", "secret")  # leaving the script fails the test

        assert b"SELECT" not in server.received

    def test_a_token_opens_the_mailbox(provider, token_dovecot):
        ann = token_dovecot.user()
        tokens = provider.grant(ann.name)  # as after a consent, without a browser

        sync(token_dovecot.host, token_dovecot.port, ann.name, tokens.access_token)

        assert provider.refreshes_of(ann.name) == 0

The words of a script are in tests/support/scripted_steps.py. On a machine without Dovecot 2.3 the
tests that need it are skipped, unless REQUIRE_DOVECOT=1 is set: then they fail.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.provider import LocalProvider
from tests.support.dovecot import Dovecot
from tests.support.dovecot_setup import DovecotUnavailable
from tests.support.scripted import ScriptedImap
from tests.support.token_dovecot import TokenQuestions


def new_dovecot(**options: Any) -> Dovecot:
    """Return a Dovecot that is not started yet; without one, skip, or fail if REQUIRE_DOVECOT=1."""
    try:
        return Dovecot(**options)
    except DovecotUnavailable as exc:
        if os.environ.get("REQUIRE_DOVECOT") == "1":
            pytest.fail(str(exc))
        pytest.skip(str(exc))


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The server that all tests of a worker share; each makes its user with `dovecot.user()`."""
    with new_dovecot() as server:
        yield server


@pytest.fixture
def start_dovecot() -> Iterator[Callable[..., Dovecot]]:
    """Start a server for one test only: start_dovecot(max_userip_connections=2, capability=…)."""
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(new_dovecot(**options))


@pytest.fixture(scope="session")
def provider_of_the_worker() -> Iterator[LocalProvider]:
    """The provider behind `provider`, which tests ask for instead."""
    with LocalProvider() as running:
        yield running


@pytest.fixture
def provider(provider_of_the_worker: LocalProvider) -> Iterator[LocalProvider]:
    """A local Google and Microsoft that have given nothing yet; on the same port in each test."""
    provider_of_the_worker.reset()
    yield provider_of_the_worker
    provider_of_the_worker.heal()


@pytest.fixture(scope="session")
def token_dovecot_of_the_worker(provider_of_the_worker: LocalProvider) -> Iterator[Dovecot]:
    """The server behind `token_dovecot`, which tests ask for instead."""
    tokens = TokenQuestions(url=provider_of_the_worker.introspection_url)
    with new_dovecot(tokens=tokens) as server:
        yield server


@pytest.fixture
def token_dovecot(token_dovecot_of_the_worker: Dovecot, provider: LocalProvider) -> Dovecot:
    """A server that takes the tokens of `provider`, and passwords; shared by the tests of a worker.

    Tokens open the address they were given for, and what `provider.delegate` adds to it (one
    address for each account: Dovecot cannot ask for more).
    """
    return token_dovecot_of_the_worker


@pytest.fixture
def scripted_imap() -> Iterator[Callable[..., ScriptedImap]]:
    """Start scripted servers; all scripts must be followed to their end."""
    servers: list[ScriptedImap] = []

    def start(*scripts: Any, **options: Any) -> ScriptedImap:
        servers.append(ScriptedImap(*scripts, **options))
        return servers[-1]

    yield start

    for server in servers:
        server.stop()
    for server in servers:
        server.verify()


@pytest.fixture
def dns_stub() -> Iterator[NameServer]:
    """A DNS server on loopback that knows no name yet."""
    with NameServer() as stub:
        yield stub


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A certificate authority of the session; `certificates.ca_file` is what to trust."""
    return Certificates(tmp_path_factory.mktemp("certificates"))
