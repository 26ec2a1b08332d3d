"""Tokens renewed in a process of its own, that may be stopped at a point where it hurts.

    process = renewing(Task(office, [ann.id], at=Point.ANSWERED, signal=SIGKILL))
    process.join()
    assert process.exitcode == -SIGKILL

At the point the process gets the signal from itself, as from `kill`: nothing is undone, closed or
flushed. It is a child of one that has loaded the program already, so that it starts at once.
"""

import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy.orm import Session

from mailboxadmin.app import create_app
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sign_in import token_outcome, tokens
from tests.support.clock import MovableClock
from tests.support.office import config_for
from tests.support.token_office import TokenOffice

#: How the tokens of a mailbox were had; otherwise the words of what went wrong.
GIVEN = "given"


class Point(StrEnum):
    """Where a process is stopped, in the order of the way."""

    #: The lock is held, and nothing was asked.
    LOCKED = "locked"
    #: The provider has answered, and nothing was written.
    ANSWERED = "answered"
    #: The new tokens are in a transaction that is not committed.
    WRITTEN = "written"
    #: They are committed, and the lock is held still.
    COMMITTED = "committed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Whose tokens are renewed, all at once, and what stops it."""

    instance: Path
    urls: Mapping[str, str]
    now: datetime
    mailbox_ids: Sequence[int]
    #: Everything is ready when this file appears; None: at once.
    start: Path | None = None
    at: Point | None = None
    with_signal: signal.Signals = signal.SIGKILL

    @property
    def answer(self) -> Path:
        """Where it writes what became of each mailbox."""
        return self.instance / f"renewed-{id(self)}"


def task(office: TokenOffice, *mailbox_ids: int, **more: Any) -> Task:
    """For an office as it is now."""
    return Task(
        instance=office.deps.instance,
        urls=office.provider.urls,
        now=office.office.clock.now(),
        mailbox_ids=mailbox_ids,
        **more,
    )


def renewing(work: Task) -> BaseProcess:
    """Begin it."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    process = processes.Process(target=_work, args=(work, work.answer), daemon=True)
    process.start()
    return process


def result_of(work: Task, process: BaseProcess) -> dict[int, tuple[str, str]]:
    """By mailbox: the token, or an empty text, and how that came."""
    process.join(120)
    assert process.exitcode == 0, f"it ended with {process.exitcode}"
    result: dict[int, tuple[str, str]] = pickle.loads(work.answer.read_bytes())
    return result


def _work(work: Task, answer: Path) -> None:
    config = config_for(work.instance, provider_urls=work.urls)
    app = create_app(config, clock=MovableClock(work.now), pages=False)
    deps: Deps = app.extensions["mailboxadmin"]
    with ExitStack() as patched:
        if work.at is not None:
            _stop_at(work.at, work.with_signal, patched)
        result = _renew_all(deps, work)
    answer.write_bytes(pickle.dumps(result))
    deps.store.engine.dispose()


def _renew_all(deps: Deps, work: Task) -> dict[int, tuple[str, str]]:
    result: dict[int, tuple[str, str]] = {}

    def renew(mailbox_id: int) -> None:
        try:
            token, _ = tokens.access_token(deps, mailbox_id, tokens.Asking(actor=COMMAND_LINE))
            result[mailbox_id] = token, GIVEN
        except MailFailure as failure:
            result[mailbox_id] = "", str(failure)

    threads = [threading.Thread(target=renew, args=(each,)) for each in work.mailbox_ids]
    _ready(work)
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return result


def _ready(work: Task) -> None:
    """Say that it is ready, and wait for the others."""
    if work.start is None:
        return
    work.start.with_suffix(f".{os.getpid()}").touch()
    while not work.start.exists():
        time.sleep(0.002)


def _stop_at(point: Point, with_signal: signal.Signals, patched: ExitStack) -> None:
    def stop() -> None:
        os.kill(os.getpid(), with_signal)
        # It is the process that gets it: this thread may go on until then.
        time.sleep(0.3)

    def before(real: Callable[..., Any]) -> Callable[..., Any]:
        def stopped(*values: Any, **named: Any) -> Any:
            stop()
            return real(*values, **named)

        return stopped

    def after(real: Callable[..., Any]) -> Callable[..., Any]:
        def stopped(*values: Any, **named: Any) -> Any:
            done = real(*values, **named)
            stop()
            return done

        return stopped

    def written(db: Session, *values: Any) -> None:
        keep(db, *values)
        # What is in the session only would say nothing of the database.
        db.flush()

    keep = token_outcome.keep_tokens
    where: dict[Point, tuple[Any, str, Callable[..., Any]]] = {
        Point.LOCKED: (tokens, "_renew", before(tokens._renew)),
        Point.ANSWERED: (tokens, "record_refreshed", before(tokens.record_refreshed)),
        Point.WRITTEN: (token_outcome, "keep_tokens", after(written)),
        Point.COMMITTED: (tokens, "record_refreshed", after(tokens.record_refreshed)),
    }
    module, name, stopped = where[point]
    patched.enter_context(patch.object(module, name, stopped))
