"""Pools, and the gate that holds their work."""

import threading
from collections.abc import Callable, Iterator

import pytest

from mailboxadmin.services.pool import Pool
from mailboxadmin.services.reading import filing, filing_failed, undoing
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.dovecot_setup import EXCHANGE_CAPABILITY
from tests.support.fixtures import new_dovecot
from tests.support.office import Box, Office
from tests.support.waiting import PATIENCE_S


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What the work waits for; open at the end of the test."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def new_pool() -> Iterator[Callable[[int], Pool]]:
    pools: list[Pool] = []

    def start(size: int) -> Pool:
        pools.append(Pool(size))
        return pools[-1]

    yield start
    for pool in pools:
        pool.close(timeout_s=PATIENCE_S)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was moved or flagged waits for the sync of the test, and is not sent by itself."""
    for module in (filing, undoing, filing_failed):
        monkeypatch.setattr(module, "push_soon", lambda deps, mailbox_id: None)


@pytest.fixture(scope="module")
def exchange_dovecot() -> Iterator[Dovecot]:
    """A server that offers what Exchange offers: no CONDSTORE, no ENABLE."""
    with new_dovecot(capability=EXCHANGE_CAPABILITY) as server:
        yield server


@pytest.fixture(params=["condstore", "plain"])
def server(request: pytest.FixtureRequest, dovecot: Dovecot, exchange_dovecot: Dovecot) -> Dovecot:
    """Both, because a sync looks for changes in another way at each."""
    return dovecot if request.param == "condstore" else exchange_dovecot


@pytest.fixture
def box(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox with three messages, synced; where a file has none of its own."""
    box = office.mailbox(server=dovecot)
    dovecot.deliver_many(box.account, mails.generate(3))
    office.sync(box)
    return box
