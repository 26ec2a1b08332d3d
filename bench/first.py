"""The first sync: until all messages are safe and listed, and until their text is there too.

The floor is a raw socket that asks for the same and throws it away. Everybody fetches the same
INBOX of one Dovecot on loopback, in turn, into a folder that is gone afterwards.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import letters
from bench.figures import Figure, ratio
from bench.peers import Mbsync, Offlineimap, Peer, RawSocket
from bench.scale import Scale
from bench.turns import Measure, medians
from bench.warm import Warm
from tests.support.dovecot import Dovecot
from tests.support.mailstore import Account

MESSAGES = 10_000
#: For a peer that would take an hour over all of them.
FEW = 1_000

FLOOR, OURS, TEXT = "raw socket", "first sync", "first sync and text"


def figures(scale: Scale) -> Iterator[Figure]:
    """The rows of the table that are about a first sync."""
    received = letters.realistic(scale.of(MESSAGES))
    size = f"{len(received):,} messages, {sum(map(len, received)) / 1e6:.0f} MB"
    few = received[: scale.of(FEW)]
    with Dovecot() as server:
        took = _compared(scale, server, letters.mailbox(server, received), Mbsync)
        yield ratio(f"first sync, {size}: against the raw socket", 5, took, OURS, FLOOR)
        what = "until body text and previews are there too: against the raw socket"
        yield ratio(what, 14, took, TEXT, FLOOR)
        yield ratio("the same against mbsync with fsync", 0.6, took, OURS, Mbsync.program)
        took = _compared(scale, server, letters.mailbox(server, few), Offlineimap)
        what = f"{len(few):,} messages against offlineimap3"
        yield ratio(what, 0.1, took, OURS, Offlineimap.program)


def _compared(
    scale: Scale, server: Dovecot, account: Account, peer: type[Peer]
) -> Mapping[str, float]:
    """Medians by name; without those of a peer that is not installed."""
    measures: list[Measure] = [
        lambda: {FLOOR: RawSocket(server, account).fetch_all()},
        lambda: _ours(server, account),
    ]
    if peer.installed():
        measures.append(lambda: {peer.program: _theirs(peer, server, account)})
    return medians(scale.rounds, measures)


def _ours(server: Dovecot, account: Account) -> Mapping[str, float]:
    with tempfile.TemporaryDirectory() as folder, Warm(Path(folder) / "ours") as worker:
        seconds = worker.sync(worker.add(server, account)).seconds
        return {OURS: seconds, TEXT: seconds + worker.examine()}


def _theirs(peer: type[Peer], server: Dovecot, account: Account) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return peer(server, account, Path(folder) / "theirs").sync()
