"""Searching in a mailbox of 10,000 and of many more messages, while others are there too.

The rows are put in directly: words drawn as in a language, a few often and most seldom. Each
question is for the first page, asked in turn in both mailboxes.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.figures import Figure
from bench.scale import Scale
from mailboxadmin.app import create_app
from mailboxadmin.config import Config
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mail_query import parse
from mailboxadmin.domain.people import Role
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.index_mail import index_mail
from mailboxadmin.services.mail_search import search_mail
from mailboxadmin.services.people import add_person
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.tables_mail import MessageContentsRow, MessageRow, SearchEntryRow

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
        small, large = _fill(deps, "few", FEW), _fill(deps, "many", many)
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


def _fill(deps: Deps, name: str, count: int) -> int:
    person = add_person(
        deps, email=f"{name}@example.org", name=name, role=Role.STAFF, actor=COMMAND_LINE
    )
    mailbox_id = person.mailbox_id
    assert mailbox_id is not None
    chance = random.Random(count)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    step = timedelta(days=800) / count
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        with deps.store.write() as db:
            folder = folder_id(db, mailbox_id, "INBOX")
            offset = mailbox_id * 10_000_000
            at = [start + step * number for number in numbers]
            rows = [
                _message(chance, mailbox_id, folder, n, t) for n, t in zip(numbers, at, strict=True)
            ]
            db.connection().execute(
                insert(MessageRow),
                [{"id": offset + n, **row} for n, row in zip(numbers, rows, strict=True)],
            )
            db.connection().execute(
                insert(MessageContentsRow),
                [_contents(chance, offset + number) for number in numbers],
            )
            db.connection().execute(
                insert(SearchEntryRow),
                [{"message_id": offset + number, "indexed": False} for number in numbers],
            )
    return mailbox_id


def _some(chance: random.Random, count: int) -> str:
    return " ".join(f"w{int(WORDS ** chance.random())}" for _ in range(count))


def _message(
    chance: random.Random, mailbox_id: int, folder: int, number: int, at: datetime
) -> dict[str, object]:
    return {
        "mailbox_id": mailbox_id,
        "folder_id": folder,
        "uid": number + 1,
        "subject": _some(chance, 6),
        "sender": f"Person{chance.randrange(300)} <p@example.org>",
        "recipients": "me@example.org",
        "arrived_at": at,
        "size": 1000,
        "digest": b"",
        "seen": chance.random() < 0.9,
        "server_seen": True,
        "flags": "",
        "examined_at": at,
    }


def _contents(chance: random.Random, message_id: int) -> dict[str, object]:
    enclosed = [{"name": f"w{chance.randrange(WORDS)}.pdf"}] if chance.random() < 0.1 else []
    return {
        "message_id": message_id,
        "preview": "",
        "body_text": _some(chance, 60),
        "attachments": enclosed,
    }


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
