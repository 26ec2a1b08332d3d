"""The peak memory of `mailboxadmin sync`, the whole process, at its first sync."""

import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from bench import letters
from bench.figures import Figure
from bench.process import peak_of
from bench.scale import Scale
from bench.warm import Warm
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

FEW, MANY = 10_000, 50_000
AT_ONCE = 8

MEGABYTE = 1_000_000
GOAL_MB = 150


def figures(scale: Scale) -> Iterator[Figure]:
    """The rows of the table that are about memory."""
    few, many = scale.of(FEW), scale.of(MANY)
    received = letters.realistic(few)
    with Dovecot() as server:
        one = letters.mailbox(server, received)
        long = letters.mailbox(server, islice(cycle(received), many))
        others = [letters.mailbox(server, received) for _ in range(AT_ONCE - 1)]
        alone = _peak(scale, server, [one])
        what = f"peak memory of `mailboxadmin sync`, {few:,} messages"
        yield Figure(what=what, goal=GOAL_MB, value=alone, unit="MB", basis="VmHWM")
        yield _against(alone, _peak(scale, server, [long]), f"{many:,} messages", 1.1)
        at_once = f"{AT_ONCE} mailboxes of {few:,} at once"
        yield _against(alone, _peak(scale, server, [one, *others]), at_once, 1.6)


def _peak(scale: Scale, server: Dovecot, accounts: Sequence[Account]) -> float:
    """Megabytes; the median of several processes, each on an instance of its own."""
    return statistics.median(_once(server, accounts) for _ in range(scale.rounds))


def _once(server: Dovecot, accounts: Sequence[Account]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        with Warm(Path(folder) / "ours") as worker:
            for account in accounts:
                worker.add(server, account)
        command = [sys.executable, "-m", "mailboxadmin", "sync"]
        return peak_of(command, worker.environ) / MEGABYTE


def _against(alone: float, peak: float, what: str, goal: float) -> Figure:
    return Figure(
        what=f"the same, {what}, against that",
        goal=goal,
        value=peak / alone,
        basis=f"{peak:.0f} MB, {alone:.0f} MB",
    )
