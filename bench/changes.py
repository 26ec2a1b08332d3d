"""Looking for changes: what it costs when nothing, or hardly anything, has moved."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import letters
from bench.figures import Figure, ratio
from bench.line import Line
from bench.peers import Mbsync, RawSocket
from bench.scale import Scale
from bench.turns import Measure, medians
from bench.warm import Warm
from tests.support.dovecot import Dovecot

FEW, MANY = 1_000, 50_000
FLAGGED = 10_000

OURS = "whole run"


def figures(scale: Scale) -> Iterator[Figure]:
    """The rows of the table that are about looking for changes."""
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        yield from _nothing_new(scale, server, Path(folder))
        yield _some_flags(scale, server, Path(folder))


def _nothing_new(scale: Scale, server: Dovecot, folder: Path) -> Iterator[Figure]:
    few, many = scale.of(FEW), scale.of(MANY)
    accounts = [letters.mailbox(server, letters.small(count)) for count in (few, many)]
    with Warm(folder / "ours") as worker:
        one, other = (worker.add(server, account) for account in accounts)
        after = {one: f"at {few:,}", other: f"at {many:,}"}
        measures: list[Measure] = [
            lambda: {after[one]: worker.sync(one).after_sign_in},
            lambda: _both(worker, other, after[other]),
        ]
        if Mbsync.installed():
            mbsync = Mbsync(server, accounts[1], folder / "mbsync")
            measures.append(lambda: {Mbsync.program: mbsync.sync()})
        # The first round is everybody's first sync.
        medians(1, measures)
        took = medians(scale.rounds, measures)
    what = f"looking for changes, {many:,} against {few:,} messages, after the sign-in"
    yield ratio(what, 1.5, took, after[other], after[one])
    what = f"looking for changes at {many:,} against mbsync's second run"
    yield ratio(what, 0.2, took, OURS, Mbsync.program)


def _both(worker: Warm, mailbox: int, after: str) -> Mapping[str, float]:
    run = worker.sync(mailbox)
    return {OURS: run.seconds, after: run.after_sign_in}


def _some_flags(scale: Scale, server: Dovecot, folder: Path) -> Figure:
    """One message in a hundred is read elsewhere; the whole session's bytes on either side."""
    count = scale.of(FLAGGED)
    account = letters.mailbox(server, letters.small(count))
    by_uid = iter(range(1, count + 1))
    with Line(server) as line, Warm(folder / "flags") as worker:
        mailbox = worker.add(line, account)
        worker.sync(mailbox)

        def ours() -> Mapping[str, float]:
            some = [next(by_uid) for _ in range(count // 100)]
            server.add_flags(account, "INBOX", some, "\\Seen")
            line.received()
            worker.sync(mailbox)
            return {"ours": line.received()}

        def plainly() -> Mapping[str, float]:
            socket = RawSocket(server, account)
            socket.fetch_flags()
            return {"all flags": socket.received}

        sent = medians(scale.rounds, [ours, plainly])
    return Figure(
        what=f"1 % changed of {count:,}: bytes from the server against fetching all flags",
        goal=0.05,
        value=sent["ours"] / sent["all flags"],
        basis=f"{sent['ours']:,.0f} bytes, all flags {sent['all flags']:,.0f} bytes",
    )
