"""A warm Mailbox Admin on an instance of its own, so that no start of Python is counted."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from tests.support.mailstore import Account


class Place(Protocol):
    """Where a mail server is reached: the server itself, or a line to it."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one sync took."""

    seconds: float
    #: Of these, after the sign-in.
    after_sign_in: float


class Warm:
    """A `bench.worker`, from `with` to its end."""

    def __init__(self, instance: Path) -> None:
        self.environ = {"MAILBOXADMIN_INSTANCE": str(instance)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker"],
            env={**os.environ, **self.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.set("sync_timeout_seconds", "3600")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.__exit__(None, None, None)

    def admin(self, email: str, password: str) -> None:
        """Somebody who may change settings."""
        self._ask("admin", email, password)

    def add(self, server: Place, account: Account, *, owner: str = "") -> int:
        """A mailbox, not yet synced; its id.

        Args:
            owner: whose it is here; by itself the account's own address.
        """
        where = (server.host, server.port)
        email = owner or account.name
        return int(self._ask("add", email, account.name, account.password, *where))

    def set(self, key: str, text: str) -> None:
        """A setting of the office."""
        self._ask("set", key, text)

    def sync(self, mailbox: int) -> Run:
        """Bring one mailbox up to date."""
        seconds, after_sign_in = self._ask("sync", mailbox)
        return Run(seconds=seconds, after_sign_in=after_sign_in)

    def sync_all(self, *, but: int = 0) -> float:
        """Seconds to bring all of them up to date, but so many that hang."""
        return float(self._ask("sync_all", but))

    def examine(self) -> float:
        """Seconds to take text and previews out of what was synced."""
        return float(self._ask("examine"))

    def storing(self) -> int:
        """How many runs go on, in any process, that have stored messages already."""
        return int(self._ask("storing"))

    def make_due(self, mailbox: int) -> None:
        """Its turn has come: the next tick of the scheduler takes it."""
        self._ask("make_due", mailbox)

    def peak(self) -> int:
        """Its highest resident memory until now, in bytes."""
        return int(self._ask("peak"))

    def _ask(self, method: str, *arguments: str | int) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps([method, *arguments]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker broke off at {method}; what it said is above")
        return json.loads(answer)
