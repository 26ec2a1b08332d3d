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

The words of a script are in tests/support/scripted_steps.py. On a machine without Dovecot 2.3 the
tests that need it are skipped, unless REQUIRE_DOVECOT=1 is set: then they fail.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.certificates import Certificates
from tests.support.dnsstub import DnsStub
from tests.support.dovecot import Dovecot
from tests.support.dovecot_setup import DovecotUnavailable
from tests.support.scripted import ScriptedImap


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
def dns_stub() -> Iterator[DnsStub]:
    """A DNS server on loopback that knows no name yet."""
    with DnsStub() as stub:
        yield stub


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A certificate authority of the session; `certificates.ca_file` is what to trust."""
    return Certificates(tmp_path_factory.mktemp("certificates"))
