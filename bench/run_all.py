"""*Run all* of the troubleshooting page, when a tenth of the mailboxes hangs.

The hanging ones take the connection and say nothing, in three places: at the greeting, after
the sign-in, and at the list of folders. They come first in the order of names, which is the
worst for those behind them.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import letters
from bench.bad_mailbox import add, opened
from bench.figures import Figure
from bench.scale import Scale
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.run_all import Outcome
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.trouble.run_all import read_run_all, start_run_all
from tests.support.bad_line import BadLine, Badness
from tests.support.dovecot import Dovecot

MAILBOXES, HANGING, EACH = 200, 20, 5
GOAL_S = 45.0
#: Where the server stops answering, as the client asks for it.
PLACES = (None, "LOGIN", "LIST")
_LOOK_EVERY_S = 0.2


def figures(scale: Scale) -> Iterator[Figure]:
    """How long all of it takes, and when the first and the last that answer are told."""
    count, hanging = scale.of(MAILBOXES), scale.of(HANGING)
    with (
        Dovecot() as server,
        ExitStack() as lines,
        tempfile.TemporaryDirectory() as folder,
    ):
        deps = opened(Path(folder))
        for number in range(count):
            line = _line(server, number) if number < hanging else server
            if isinstance(line, BadLine):
                lines.enter_context(line)
            account = letters.mailbox(server, letters.small(EACH), name=f"m{number:03}@example.org")
            add(deps, line.host, line.port, account)
        took, first, last = _run(deps, count - hanging, hanging)
        deps.store.engine.dispose()
    yield Figure(
        what=f"Run all, {count} mailboxes of which {hanging} hang",
        goal=GOAL_S,
        value=took,
        unit="s",
        basis=f"the first result after {first:.1f} s, the last of those that answer after "
        f"{last:.1f} s",
    )


def _line(server: Dovecot, number: int) -> BadLine:
    place = PLACES[number % len(PLACES)]
    if place is None:
        return BadLine(server.port, after=0, then=Badness.HANG)
    return BadLine(server.port, at=place, then=Badness.HANG)


def _run(deps: Deps, answering: int, hanging: int) -> tuple[float, float, float]:
    """Seconds until the end, the first result, and the last of those that answer."""
    began = time.perf_counter()
    first = last = 0.0
    start_run_all(deps, actor=COMMAND_LINE)
    while (run := read_run_all(deps)) is None or run.live:
        seconds = time.perf_counter() - began
        if run is not None and run.done:
            first = first or seconds
        if run is not None and not last and len(run.of(Outcome.WORKS)) == answering:
            last = seconds
        time.sleep(_LOOK_EVERY_S)
    took = time.perf_counter() - began
    ended = {outcome: len(run.of(outcome)) for outcome in Outcome}
    if ended[Outcome.WORKS] != answering or ended[Outcome.FAILS] != hanging:
        raise RuntimeError(f"a run that fails measures nothing: {ended}")
    return took, first, last or took
