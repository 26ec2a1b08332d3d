"""Syncing, measured: a first sync of 10,000 messages, and second ones of 1,000 and 50,000.

    python -m bench.sync [MESSAGES]

All on one Dovecot on loopback, in turn, each figure the median of three rounds. Ratios are to
the floor, a raw socket that throws away what it reads; only they can be compared with another
machine's.
"""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.contestants import MailboxAdmin, Mbsync, RawSocket, inside
from bench.process import Cost
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

FIRST, SECOND = 10_000, (1_000, 50_000)
ROUNDS = 3

Rounds = dict[str, list[Cost]]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FIRST
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        first_sync(server, Path(folder), count)
        for stored in SECOND:
            second_sync(server, Path(folder), stored * count // FIRST)


def first_sync(server: Dovecot, folder: Path, count: int) -> None:
    """Of realistic messages, about 27 kB each."""
    account = filled(server, mails.generate(count))
    megabytes = sum(len(raw) for raw in mails.generate(200)) / 200 * count / 1e6
    # The server builds its index at the first look, which is nobody's cost.
    RawSocket(server, account).fetch_all()
    rounds: Rounds = {}
    for number in range(ROUNDS):
        ours = in_turn(folder / f"ours-{number}", lambda at: MailboxAdmin(server, account, at))
        note(rounds, "raw socket, thrown away", RawSocket(server, account).fetch_all())
        note(rounds, "Mailbox Admin, the run", inside(ours))
        note(rounds, "Mailbox Admin, the whole process", ours)
        mbsync = in_turn(folder / f"mbsync-{number}", lambda at: Mbsync(server, account, at))
        note(rounds, "mbsync", mbsync)
    show(f"First sync of {count:,} messages, about {megabytes:.0f} MB", rounds)


def second_sync(server: Dovecot, folder: Path, count: int) -> None:
    """When nothing has moved; of small messages, because only their number matters."""
    small = (b"Subject: letter %d\r\n\r\nHello\r\n" % number for number in range(count))
    account = filled(server, small)
    ours = MailboxAdmin(server, account, folder / f"ours-again-{count}")
    mbsync = Mbsync(server, account, folder / f"mbsync-again-{count}")
    ours.sync()
    mbsync.sync()
    rounds: Rounds = {}
    for _ in range(ROUNDS):
        note(rounds, "raw socket, folder opened", RawSocket(server, account).look())
        again = ours.sync()
        note(rounds, "Mailbox Admin, the run", inside(again))
        note(rounds, "Mailbox Admin, the whole process", again)
        note(rounds, "mbsync", mbsync.sync())
    show(f"Second sync of {count:,} messages, nothing moved", rounds)


def filled(server: Dovecot, messages: Iterable[bytes]) -> Account:
    account = server.user()
    server.deliver_many(account, messages)
    server.status(account)
    return account


def in_turn(folder: Path, prepare: Callable[[Path], MailboxAdmin | Mbsync]) -> Cost:
    """A first sync into a folder that is gone afterwards."""
    cost = prepare(folder).sync()
    shutil.rmtree(folder)
    return cost


def note(rounds: Rounds, name: str, cost: Cost) -> None:
    rounds.setdefault(name, []).append(cost)


def show(title: str, rounds: Rounds) -> None:
    """One table; the first line is the floor."""
    print(f"\n{title:55}{'seconds':>10}{'floor = 1':>11}{'peak MB':>9}")
    floor = 0.0
    for name, costs in rounds.items():
        seconds = statistics.median(cost.seconds for cost in costs)
        peak = statistics.median(cost.peak_bytes for cost in costs) / 1e6
        floor = floor or seconds
        memory = f"{peak:.0f}" if peak else "–"
        print(f"{name:55}{seconds:>10.3f}{seconds / floor:>11.1f}{memory:>9}", flush=True)


if __name__ == "__main__":
    main()
