"""The bench as pytest fixtures. `tests/conftest.py` loads it with `pytest_plugins = ["tests.support.fixtures"]`.

    def test_a_new_message_arrives(dovecot):
        ann = dovecot.user()                                   # a user of this test's own, on the shared server
        dovecot.deliver(ann, mails.message(1))                 # thousands a second: dovecot.deliver_many(ann, mails.…)

        sync(host=dovecot.host, port=dovecot.port, ca_file=dovecot.ca_file, name=ann.name, password=ann.password)

        assert dovecot.logins_of(ann).accepted == 1

    def test_a_server_that_hangs_up(scripted_imap):
        server = scripted_imap([capability(), login(), expect("LIST", Close())])   # from tests.support.scripted_steps

        sync(host=server.host, port=server.port)

        assert b"SELECT" not in server.received                # leaving the script fails the test by itself

Without Dovecot 2.3 on the machine the tests that need it are skipped, unless REQUIRE_DOVECOT=1 makes them fail.
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
    """Return a Dovecot that is not started yet, or skip (fail with REQUIRE_DOVECOT=1) the test without one."""
    try:
        return Dovecot(**options)
    except DovecotUnavailable as exc:
        if os.environ.get("REQUIRE_DOVECOT") == "1":
            pytest.fail(str(exc))
        pytest.skip(str(exc))


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The server that all tests of a worker share; each test makes its own user with `dovecot.user()`."""
    with new_dovecot() as server:
        yield server


@pytest.fixture
def start_dovecot() -> Iterator[Callable[..., Dovecot]]:
    """Start a server for one test: start_dovecot(capability=EXCHANGE_CAPABILITY, max_userip_connections=2)."""
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(new_dovecot(**options))


@pytest.fixture
def scripted_imap() -> Iterator[Callable[..., ScriptedImap]]:
    """Start scripted servers, scripted_imap(script, …, greeting=, certificate=, …); all must end as written."""
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
