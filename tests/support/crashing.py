"""Work on an instance in a process that dies at a chosen point, as by kill -9.

    ending = work(Task(instance=…, mailbox_id=1), Stop(Point.COMMIT, 7))
    assert ending is None                # it died right after its seventh commit
    ending = work(Task(instance=…, mailbox_id=1))
    ending.points[Point.COMMIT]          # how many there are in all

The process is a child of one that has loaded the program already, so that hundreds of them
take minutes. At the point `os._exit` ends all its threads at once: nothing is undone,
closed or flushed, and what the kernel has is all that stays, as with SIGKILL. The counting
is put around the product from here.

Everything is small there: a few messages a batch, a few kilobytes a part, so that a small
mailbox takes every path in several transactions.
"""

import multiprocessing
import os
import pickle
import threading
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy.orm import Session

from mailboxadmin.app import create_app
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.run import Outcome
from mailboxadmin.imap.wire import Wire
from mailboxadmin.services.files import weighing
from mailboxadmin.services.files.importing import import_messages
from mailboxadmin.services.new_mail import arrival, big, fetch
from mailboxadmin.services.reading import examine
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.services.syncing import flagging, push, push_flags, push_moves
from mailboxadmin.services.syncing.sync import sync_mailbox
from tests.support.clock import MovableClock
from tests.support.dump import Dump, dump_of
from tests.support.office import Office, config_for

#: A message that is larger comes in parts of PART_BYTES.
BIG_BYTES = 2_000
PART_BYTES = 700
_SMALL: tuple[tuple[Any, str, int], ...] = (
    (arrival, "ROWS", 2),
    (fetch, "BATCH_MESSAGES", 3),
    (fetch, "BATCH_BYTES", BIG_BYTES),
    (fetch, "BIG_BYTES", BIG_BYTES),
    (fetch, "SIZE_SLICE", 4),
    (big, "BIG_BYTES", BIG_BYTES),
    (big, "PART_BYTES", PART_BYTES),
    (weighing, "BATCH_MESSAGES", 2),
    (weighing, "BATCH_BYTES", 2 * PART_BYTES),
    (weighing, "BIG_BYTES", BIG_BYTES),
    (weighing, "PART_BYTES", PART_BYTES),
    (examine, "BATCH_MESSAGES", 3),
    (flagging, "SLICE", 3),
    (push, "MOST_AT_ONCE", 2),
    (push_flags, "MOST_AT_ONCE", 2),
    (push_moves, "MOST_AT_ONCE", 2),
)
_KILLED = 9


class Point(StrEnum):
    """Where it can die."""

    COMMIT = "commit"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Stop:
    """Right after this point of its kind, counted from 1."""

    point: Point
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is done: the import, where there is one, a sync, and the second pass."""

    instance: Path
    mailbox_id: int
    imported: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Of a process that was left alone."""

    outcome: Outcome
    points: Counter[Point]
    dump: Dump


def work(task: Task, stop: Stop | None = None) -> Ending | None:
    """Do it in a process of its own; None when that died at its point, as it was told."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    answer = task.instance / "ending"
    process = processes.Process(target=_work, args=(task, stop, answer), daemon=True)
    process.start()
    process.join()
    if process.exitcode == _KILLED:
        return None
    assert process.exitcode == 0, f"it ended with {process.exitcode}"
    ending: Ending = pickle.loads(answer.read_bytes())
    return ending


@dataclass(slots=True)
class _Counter:
    """Counts the points in all threads of the process, and ends it at one of them."""

    stop: Stop | None
    passed: Counter[Point] = field(default_factory=Counter)
    _one_by_one: Any = field(default_factory=threading.Lock)

    def pass_by(self, point: Point) -> None:
        with self._one_by_one:
            self.passed[point] += 1
            if self.stop == Stop(point, self.passed[point]):
                os._exit(_KILLED)


def _work(task: Task, stop: Stop | None, answer: Path) -> None:
    app = create_app(config_for(task.instance), clock=MovableClock(), pages=False)
    office = Office(app, MovableClock())
    counter = _Counter(stop)
    with ExitStack() as patched:
        for module, name, value in _SMALL:
            patched.enter_context(patch.object(module, name, value))
        _count(counter, patched)
        outcome = _perform(office, task)
    answer.write_bytes(
        pickle.dumps(Ending(outcome=outcome, points=counter.passed, dump=dump_of(office)))
    )
    office.deps.store.engine.dispose()


def _count(counter: _Counter, patched: ExitStack) -> None:
    commit, send = Session.commit, Wire.send

    def counted_commit(session: Session) -> None:
        commit(session)
        counter.pass_by(Point.COMMIT)

    def counted_send(wire: Wire, data: bytes) -> None:
        send(wire, data)
        counter.pass_by(Point.COMMAND)

    patched.enter_context(patch.object(Session, "commit", counted_commit))
    patched.enter_context(patch.object(Wire, "send", counted_send))


def _perform(office: Office, task: Task) -> Outcome:
    if task.imported is not None:
        import_messages(
            office.deps,
            task.mailbox_id,
            task.imported,
            actor=COMMAND_LINE,
            on_progress=lambda done, total: None,
        )
    report = sync_mailbox(office.deps, task.mailbox_id, actor=COMMAND_LINE)
    examine_messages(office.deps)
    return report.outcome
