"""Searching in a mailbox of 10,000 and of many more messages, while others are there too.

Each question is for the first page, asked in turn in both mailboxes.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.full_mailbox import fill
from bench.scale import Scale
from mailboxadmin.app import create_app
from mailboxadmin.config import Config
from mailboxadmin.domain.mail_query import parse
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.reading.index_mail import index_mail
from mailboxadmin.services.reading.mail_search import search_mail

FEW, MANY = 10_000, 1_000_000
ROUNDS = 20
QUESTIONS = (
    "w1",
    "w1 w2",
    '"w3 w4"',
    "w900",
    "w12*",
    "from:person7 w1",
    "subject:w5 has:attachment",
    "is:unread w2",
    "after:2025-06 before:2025-07 w1",
    "nowhere",
)
WORDS = 5_000
BATCH = 5_000
GOAL = 1.5


def figures(scale: Scale) -> Iterator[Figure]:
    """The rows of the table that are about searching."""
    many = scale.of(MANY)
    with tempfile.TemporaryDirectory() as folder:
        deps = _open(Path(folder))
        small, large = fill(deps, "few@example.org", FEW), fill(deps, "many@example.org", many)
        began = time.perf_counter()
        done = index_mail(deps)
        print(f"    {done:,} messages put into the index in {time.perf_counter() - began:.0f} s")
        for question in QUESTIONS:
            few_ms, many_ms = _asked(deps, small, large, question)
            yield Figure(
                what=f"search for `{question}` in {many:,} against {FEW:,} messages, p95",
                goal=GOAL,
                value=many_ms / few_ms,
                basis=f"{many_ms:.1f} ms, {few_ms:.1f} ms",
            )


def _open(folder: Path) -> Deps:
    url = f"sqlite:///{folder / 'mailboxadmin.db'}"
    app = create_app(Config(instance=folder, database_url=url, scheduler=False), pages=False)
    deps: Deps = app.extensions["mailboxadmin"]
    return deps


def _asked(deps: Deps, small: int, large: int, question: str) -> tuple[float, float]:
    """p95 of the processor's milliseconds, which other work on the machine makes no longer."""
    took: dict[int, list[float]] = {small: [], large: []}
    for turn in range(ROUNDS + 1):
        for mailbox_id, times in took.items():
            began = time.thread_time()
            search_mail(deps, mailbox_id, parse(question), limit=50)
            # The first time of each reads from the disk what the others find in memory.
            if turn:
                times.append((time.thread_time() - began) * 1000)
    few, many = (statistics.quantiles(took[each], n=20)[-1] for each in (small, large))
    return few, many
