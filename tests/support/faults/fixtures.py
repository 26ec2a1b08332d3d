"""The house as a pytest fixture, for test files that import it; and how long it has patience."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mailboxadmin.app import create_app
from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.imap.network import Network
from tests.support.clock import MovableClock
from tests.support.dovecot import Dovecot
from tests.support.faults.canary import leaks
from tests.support.faults.house import House
from tests.support.office import Office, config_for

#: What a server's silence may cost; enough for every step that it does not concern.
LIMIT_S = 2.0
RUN_S = 6
_LIMITS = (
    "mailboxadmin.imap.climb.RUNG_LIMIT_S",
    "mailboxadmin.imap.session.RUNG_LIMIT_S",
    "mailboxadmin.imap.session.COMMAND_LIMIT_S",
    "mailboxadmin.imap.network.DNS_LIMIT_S",
    "mailboxadmin.services.syncing.attempt.RUNG_LIMIT_S",
    "mailboxadmin.services.checking.climb.ANSWER_LIMIT_S",
)


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory,
    empty_instance: Path,
    dovecot: Dovecot,
    certificates: Certificates,
) -> Iterator[House]:
    """One for all faults of a file; at its end nothing that it kept holds a password."""
    folder = shutil.copytree(empty_instance, tmp_path_factory.mktemp("house") / "instance")
    with NameServer() as dns:
        network = Network(nameservers=((dns.address, dns.port),), ca_file=str(certificates.ca_file))
        app = create_app(config_for(folder), clock=MovableClock(), network=network)
        app.config.update(TESTING=True)
        house = House(Office(app, app.extensions["mailboxadmin"].clock), dovecot, certificates, dns)
        yield house
        house.office.deps.running.stop_all()
        house.office.deps.pool.close(timeout_s=60)
        assert leaks(house.kept(), *house.accounts) == []


@contextmanager
def short_patience() -> Iterator[None]:
    """Silence is given up soon, so that a test of it takes seconds."""
    timeout = SETTINGS["sync_timeout_seconds"]
    with pytest.MonkeyPatch.context() as patch:
        for limit in _LIMITS:
            patch.setattr(limit, LIMIT_S)
        patch.setattr("mailboxadmin.services.checking.climb.CLIMB_LIMIT_S", RUN_S)
        patch.setitem(SETTINGS, timeout.key, replace(timeout, default=RUN_S, minimum=1))
        yield
