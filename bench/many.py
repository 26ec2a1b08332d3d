"""Many mailboxes in which nothing is new, on a line as long as one across a country."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import letters
from bench.figures import Figure, ratio
from bench.line import Line
from bench.scale import Scale
from bench.turns import medians
from bench.warm import Warm
from tests.support.dovecot import Dovecot

MAILBOXES, EACH = 200, 10
ONE_WAY_MS = 10
SIDE_BY_SIDE = 16


def figures(scale: Scale) -> Iterator[Figure]:
    """The row of the table that is about mailboxes side by side."""
    count = scale.of(MAILBOXES)
    with (
        Dovecot() as server,
        Line(server, delay_ms=ONE_WAY_MS) as line,
        tempfile.TemporaryDirectory() as folder,
        Warm(Path(folder) / "ours") as worker,
    ):
        for _ in range(count):
            worker.add(line, letters.mailbox(server, letters.small(EACH)))
        _in_threads(worker, SIDE_BY_SIDE)  # Everybody's first sync.
        one, several = "1 thread", f"{SIDE_BY_SIDE} threads"
        took = medians(
            scale.rounds,
            [
                lambda: {several: _in_threads(worker, SIDE_BY_SIDE)},
                lambda: {one: _in_threads(worker, 1)},
            ],
        )
    what = f"{count} mailboxes, nothing new, {2 * ONE_WAY_MS} ms round trip"
    yield ratio(f"{what}: {several} against {one}", 0.1, took, several, one)


def _in_threads(worker: Warm, count: int) -> float:
    worker.set("parallel_syncs", str(count))
    return worker.sync_all()
