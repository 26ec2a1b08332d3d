"""The activity log at 1,000 and at 1,000,000 rows: p50 and p95 of a page for each filter.

Each filter is asked for its newest page on both logs in turn (an older page differs only
in the id it begins at). A page holds fifty entries, or as many as the short log has of that
filter, so that both logs give the same number. It should cost at most one and a half times
as much in the long log as in the short one.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, insert

from bench.figures import Figure
from bench.scale import Scale
from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.services.overview.activity import Filter
from mailboxadmin.store import activity_pages
from mailboxadmin.store.activity_search import create_search
from mailboxadmin.store.base import Base
from mailboxadmin.store.store import Store, prepare_sqlite
from mailboxadmin.store.tables import ActivityRow

SHORT, LONG = 1_000, 1_000_000
ASKED = 200
PAGE = 50
MAILBOXES = 40
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: Code, level, message and how often, as an office of forty mailboxes writes them.
KINDS = (
    (Code.SYNC_FINISHED, Level.ROUTINE, "Nothing new", 80),
    (Code.SYNC_FINISHED, Level.INFO, "3 new, 1 changed on the server", 15),
    (Code.SYNC_FAILED, Level.WARNING, "mail.example.org is slow to answer", 2),
    (Code.SYNC_FAILED, Level.ERROR, "Google wants an app password", 1),
    (Code.LOGIN_SUCCEEDED, Level.INFO, "grace@example.org signed in.", 1),
    (Code.SETTINGS_CHANGED, Level.INFO, "check_every_minutes 10 → 5", 0.5),
    (Code.MAILBOX_CONFIGURED, Level.INFO, "Configured on mail.example.org", 0.2),
)
#: About three months between the first and the last entry, however many there are.
SPAN = timedelta(days=90)

FILTERS = {
    "everything": Filter(),
    "information and above": Filter(level=Level.INFO),
    "errors": Filter(level=Level.ERROR),
    "one mailbox": Filter(mailbox_id=7, level=Level.INFO),
    "one mailbox, routine too": Filter(mailbox_id=7),
    "one code": Filter(code="sync.failed", level=Level.INFO),
    "a rare code": Filter(code="settings.changed", level=Level.INFO),
    "a group of codes": Filter(code="sync.", level=Level.INFO),
    "mailbox, code, level": Filter(mailbox_id=7, code="sync.", level=Level.WARNING),
    "last 7 days": Filter(level=Level.INFO, since=NOW - timedelta(days=7)),
    "a frequent word": Filter(text="new", level=Level.ROUTINE),
    "two words": Filter(text="app password", level=Level.INFO),
    "word, mailbox, level": Filter(text="slow", mailbox_id=7, level=Level.WARNING),
    "word, 7 days": Filter(text="password", since=NOW - timedelta(days=7), level=Level.INFO),
    "a word that is not there": Filter(text="zebra", level=Level.INFO),
}


def figures(scale: Scale) -> Iterator[Figure]:
    """A row a filter."""
    with tempfile.TemporaryDirectory() as folder:
        short, long = (
            fill(Path(folder) / f"{count}.db", count) for count in (SHORT, scale.of(LONG))
        )
        for name, wanted in FILTERS.items():
            one, other = compare(scale.rounds, short, long, wanted)
            yield Figure(
                what=f"activity log, 1,000,000 against 1,000 entries: {name}",
                goal=1.5,
                value=other[1] / one[1],
                basis=f"p50 / p95 {said(other)} ms, {said(one)} ms",
            )


def fill(path: Path, count: int) -> Store:
    """A log of so many entries."""
    engine = create_engine(f"sqlite:///{path}")
    prepare_sqlite(engine)
    Base.metadata.create_all(engine)
    create_search(engine)
    store, chance, began = Store(engine), random.Random(1), time.perf_counter()
    for first in range(0, count, 10_000):
        lines = [line(chance, n, count) for n in range(first, min(first + 10_000, count))]
        with store.write() as db:
            db.execute(insert(ActivityRow), lines)
    seconds, megabytes = time.perf_counter() - began, path.stat().st_size / 1e6
    print(f"{count:,} entries written in {seconds:.1f} s, {megabytes:.0f} MB")
    return store


def line(
    chance: random.Random, number: int, count: int, mailboxes: int = MAILBOXES
) -> dict[str, object]:
    """An entry of a log of so many, as a row."""
    code, level, message, _ = chance.choices(KINDS, weights=[kind[3] for kind in KINDS])[0]
    mailbox_id = chance.randint(1, mailboxes)
    at = NOW - SPAN * ((count - number) / count)
    return {
        "at": at,
        "first_at": at,
        "level": int(level),
        "code": code.value,
        "mailbox_id": mailbox_id,
        "mailbox": f"person{mailbox_id}@example.org",
        "actor": "scheduler",
        "message": message,
        "detail": {"new": 3},
        "times": 1,
    }


Times = tuple[float, float]


def compare(rounds: int, short: Store, long: Store, wanted: Filter) -> tuple[Times, Times]:
    """p50 and p95 in milliseconds on both, each the median of the rounds, taken in turn."""
    lines = page(short, wanted, activity_pages.NO_BOUND, PAGE) or PAGE
    took = [measure(short, long, wanted, lines) for _ in range(rounds)]
    return median([one for one, _ in took]), median([other for _, other in took])


def median(times: list[Times]) -> Times:
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)


def measure(short: Store, long: Store, wanted: Filter, lines: int) -> tuple[Times, Times]:
    """One round, page by page in turn, so that what else the machine does meets both."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ASKED):
        for store, times in zip((short, long), took, strict=True):
            began = time.perf_counter()
            page(store, wanted, activity_pages.NO_BOUND, lines)
            times.append((time.perf_counter() - began) * 1000)
    return quantiles(took[0]), quantiles(took[1])


def quantiles(times: list[float]) -> Times:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def page(store: Store, wanted: Filter, below: int, limit: int) -> int:
    with store.read() as db:
        above = activity_pages.id_before(db, wanted.since) if wanted.since else 0
        return len(
            activity_pages.entries(
                db,
                mailbox_id=wanted.mailbox_id,
                codes=wanted.codes,
                minimum=wanted.level,
                words=wanted.text,
                above=above,
                below=below,
                limit=limit,
            )
        )


def said(times: Times) -> str:
    return f"{times[0]:.2f} / {times[1]:.2f}"
