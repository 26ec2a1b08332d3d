"""The command line in this process, on the test's office."""

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from mailboxadmin.cli import main
from mailboxadmin.domain.message import Headers
from mailboxadmin.store.folders import folder_id
from mailboxadmin.store.messages import NewMessage, add_messages
from mailboxadmin.store.presence import set_presence
from tests.support.office import Office

#: Arrival of the first message that `store_messages` makes; each next one is an hour later.
FIRST_ARRIVAL = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output as one JSON object a line, and nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one line of standard error."""
        [line] = self.err.splitlines()
        return line.removeprefix("mailboxadmin: ")


@pytest.fixture
def cli() -> Iterator[Callable[..., Ran]]:
    """Run a command: cli("settings", "list", deps=office.deps, stdin="…")."""
    umask, on_term = os.umask(0o022), signal.getsignal(signal.SIGTERM)
    on_thread_failure = threading.excepthook

    def run(*arguments: str, deps: Any = None, stdin: str | bytes | None = None) -> Ran:
        done = CliRunner().invoke(main, arguments, obj=deps, input=stdin)
        os.umask(0o022)
        return Ran(done.exit_code, done.stdout, done.stderr)

    yield run
    os.umask(umask)
    threading.excepthook = on_thread_failure
    signal.signal(signal.SIGTERM, on_term)


@pytest.fixture
def run(cli: Callable[..., Ran], office: Office) -> Callable[..., Ran]:
    """Run a command on the test's office: run("settings", "list")."""

    def run_(*arguments: str, stdin: str | bytes | None = None) -> Ran:
        return cli(*arguments, deps=office.deps, stdin=stdin)

    return run_


def store_messages(
    office: Office, mailbox_id: int, count: int, *, folder: str = "INBOX", removed: int = 0
) -> list[bytes]:
    """Messages as a sync would have stored them, UIDs from 1; the last `removed` are gone."""
    messages = [_message(uid) for uid in range(1, count + 1)]
    with office.deps.store.write() as db:
        folder_row = folder_id(db, mailbox_id, folder)
        add_messages(db, mailbox_id, folder_row, messages)
        gone = range(count - removed + 1, count + 1)
        set_presence(db, folder_row, gone, removed_at=office.clock.now())
    return [message.raw for message in messages]


def _message(uid: int) -> NewMessage:
    raw = b"Subject: Order %d\r\nFrom: Bea <bea@example.org>\r\n\r\nM\xfcller\r\n" % uid
    return NewMessage(
        uid=uid,
        flags=frozenset({"\\Seen", "\\Answered"}) if uid % 2 else frozenset(),
        arrived_at=FIRST_ARRIVAL + timedelta(hours=uid),
        raw=raw,
        digest=hashlib.sha256(raw).digest(),
        headers=Headers(
            message_id=f"<{uid}@example.org>",
            subject=f"Order {uid} für Grün",
            sender="Bea <bea@example.org>",
            recipients="",
            sent_at=None,
        ),
    )
