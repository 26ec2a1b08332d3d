"""From the delivery on the server until the message is listed here, by IDLE.

A real `serve` with several mailboxes that are live. Messages are delivered to them in turn, each
when the mailbox waits again, at moments that have nothing to do with the scheduler's ticks; the
interval of checking is an hour, so that nothing comes by its turn.
"""

import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import letters
from bench.figures import Figure
from bench.scale import Scale
from bench.serving import serving
from bench.warm import Warm
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

MAILBOXES, EACH = 20, 200
LEAST = 20
DELIVERIES = 200
GOAL_S = 2.0
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.005
#: Between two deliveries; long enough for the mailbox to wait again, and never in step.
PAUSE_S = (0.2, 0.6)


def figures(scale: Scale) -> Iterator[Figure]:
    """The row of the table that is about new mail."""
    count = max(LEAST, scale.of(DELIVERIES))
    received = letters.realistic(EACH)
    with Dovecot() as server:
        accounts = [letters.mailbox(server, received) for _ in range(MAILBOXES)]
        took = sorted(_round(server, accounts, count))
    yield Figure(
        what=f"delivery to listed by IDLE, {MAILBOXES} live mailboxes, p95 of {count}",
        goal=GOAL_S,
        value=took[int(len(took) * 0.95)],
        unit="s",
        basis=f"p50 {took[len(took) // 2]:.2f} s, the longest {took[-1]:.2f} s",
    )


def _round(server: Dovecot, accounts: Sequence[Account], count: int) -> list[float]:
    chance = random.Random(8)
    with tempfile.TemporaryDirectory() as folder, Warm(Path(folder) / "ours") as worker:
        ids = [worker.add(server, account) for account in accounts]
        worker.set("check_every_minutes", "60")
        for mailbox_id in ids:
            worker.sync(mailbox_id)
        database = Path(worker.environ["MAILBOXADMIN_INSTANCE"]) / "mailboxadmin.db"
        with serving(worker.environ), sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            _wait_until_live(server, accounts)
            took = []
            for number in range(count):
                time.sleep(chance.uniform(*PAUSE_S))
                turn = number % len(accounts)
                took.append(_deliver(server, accounts[turn], db, ids[turn], number))
    return took


def _wait_until_live(server: Dovecot, accounts: Sequence[Account]) -> None:
    end = time.monotonic() + PATIENCE_S
    while any(server.connections(account) < 1 for account in accounts):
        if time.monotonic() > end:
            raise RuntimeError("not all mailboxes became live")
        time.sleep(0.2)
    # Signed in is not yet waiting.
    time.sleep(2)


def _deliver(
    server: Dovecot, account: Account, db: sqlite3.Connection, mailbox_id: int, number: int
) -> float:
    """Seconds from the delivery until the message is a row that the list shows."""
    before = _count(db, mailbox_id)
    server.deliver(account, mails.message(100_000 + number))
    began = time.perf_counter()
    while _count(db, mailbox_id) == before:
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError("a delivered message was not listed")
        time.sleep(LOOK_EVERY_S)
    return time.perf_counter() - began


def _count(db: sqlite3.Connection, mailbox_id: int) -> int:
    query = "SELECT COALESCE(SUM(messages), 0) FROM folders WHERE mailbox_id = ?"
    return int(db.execute(query, (mailbox_id,)).fetchone()[0])
