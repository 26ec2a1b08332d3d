"""Fairness: how much longer twenty mailboxes take beside one whose server hangs.

First syncs side by side, in as many workers as a fresh office has. The bad one is the first
to begin, and its server falls silent in the middle of a message, for good.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import letters
from bench.figures import Figure, ratio
from bench.scale import Scale
from bench.turns import medians
from bench.warm import Place, Warm
from tests.support.bad_line import BadLine, Badness
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

OTHERS, EACH = 20, 500
#: So many bytes of the server come through: the sign-in, the sizes, and part of a batch.
SILENT_AFTER = 50_000

ALONE, BESIDE = "without it", "beside it"


def figures(scale: Scale) -> Iterator[Figure]:
    """The row of the table that is about a server that hangs."""
    received = letters.realistic(scale.of(EACH))
    with (
        Dovecot() as server,
        BadLine(server.port, after=SILENT_AFTER, then=Badness.HANG) as silent,
    ):
        # The order is that of the addresses.
        bad = letters.mailbox(server, received, name="aaron@example.org")
        good = [letters.mailbox(server, received) for _ in range(OTHERS)]
        took = medians(
            scale.rounds,
            [
                lambda: {ALONE: _through(server, good)},
                lambda: {BESIDE: _through(server, good, hanging=(silent, bad))},
            ],
        )
    what = f"{OTHERS} mailboxes of {len(received):,} messages beside one that hangs"
    yield ratio(what, 1.1, took, BESIDE, ALONE)


def _through(
    server: Dovecot, good: Sequence[Account], hanging: tuple[Place, Account] | None = None
) -> float:
    """Seconds until all of the good ones are synced for the first time."""
    with tempfile.TemporaryDirectory() as folder, Warm(Path(folder) / "ours") as worker:
        for account in good:
            worker.add(server, account)
        if hanging is not None:
            worker.add(*hanging)
        return worker.sync_all(but=0 if hanging is None else 1)
