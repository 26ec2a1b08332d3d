"""Runs that go wrong now and then leave no thread, no connection and no file behind."""

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.pool import QueuePool

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.run import Outcome
from tests.support import mails
from tests.support.cut_line import CutLine
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office
from tests.support.stored import here
from tests.support.waiting import wait_for

SEED = 20260302
#: Until everything that is kept on purpose is there once.
WARM_UP = 20
#: A sync that finds nothing is told a little more.
MOST_BYTES = 600
#: Something new is there in one run of so many.
NEW_EVERY = 10


@pytest.fixture
def line(dovecot: Dovecot) -> Iterator[CutLine]:
    with CutLine(dovecot.port) as line:
        yield line


@pytest.fixture
def box(office: Office, dovecot: Dovecot, line: CutLine) -> Box:
    """A mailbox behind that line."""
    where = Server(host=line.host, port=line.port, encryption=Encryption.NONE)
    box = office.mailbox_at(where, dovecot.user())
    dovecot.deliver_many(box.account, mails.generate(5))
    return box


def run(
    office: Office,
    dovecot: Dovecot,
    line: CutLine,
    box: Box,
    *,
    runs: int,
    faulty: float,
    seed: int,
) -> Counter[Outcome]:
    """So many syncs; that share of them has its connection cut at a random byte."""
    chance, outcomes = random.Random(seed), Counter[Outcome]()
    for number in range(runs):
        if number % NEW_EVERY == 0:
            dovecot.deliver(box.account, mails.message(number))
        if chance.random() < faulty:
            line.cut_after(chance.randrange(MOST_BYTES))
        outcomes[office.sync(box).outcome] += 1
        line.mend()
    return outcomes


def open_now(office: Office) -> tuple[int, int, int]:
    """Threads, sockets and files of this process, without the database's own, which are pooled."""
    links: list[str] = []
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # Closed meanwhile.
            links.append(os.readlink(each))
    names = [link for link in links if not link.startswith(str(office.deps.instance))]
    sockets = sum(link.startswith("socket:") for link in names)
    return threading.active_count(), sockets, len(names)


def grows_not(
    office: Office, dovecot: Dovecot, line: CutLine, box: Box, *, runs: int, faulty: float
) -> None:
    # Whatever tests before this one left is not ours.
    others = threading.active_count()
    run(office, dovecot, line, box, runs=WARM_UP, faulty=0.5, seed=SEED)
    wait_for(lambda: threading.active_count() < others + 50)
    before = open_now(office)

    outcomes = run(office, dovecot, line, box, runs=runs, faulty=faulty, seed=SEED + 1)

    pool = office.deps.store.engine.pool
    assert outcomes[Outcome.OK] > runs / 2 and outcomes[Outcome.FAILED]
    assert isinstance(pool, QueuePool)
    # Threads of the line end a moment after their connection.
    wait_for(lambda: all(now <= then for now, then in zip(open_now(office), before, strict=True)))
    assert pool.checkedout() == 0
    office.sync(box)
    assert len(here(office, box)) == 5 + WARM_UP // NEW_EVERY + -(-runs // NEW_EVERY)


def test_fifty_runs_with_every_fifth_cut(office: Office, dovecot: Dovecot, line: CutLine, box: Box):
    grows_not(office, dovecot, line, box, runs=50, faulty=0.2)


@pytest.mark.soak
def test_a_thousand_runs_with_every_hundredth_cut(
    office: Office, dovecot: Dovecot, line: CutLine, box: Box
):
    grows_not(office, dovecot, line, box, runs=1000, faulty=0.01)
