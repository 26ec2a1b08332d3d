"""The bench's end of a `bench.relay`."""

import subprocess
import sys
from typing import Self

from tests.support.dovecot import Dovecot


class Line:
    """A line to a server, from `with` to its end; `host` and `port` are where one connects."""

    def __init__(self, server: Dovecot, *, delay_ms: float = 0) -> None:
        where = [server.host, str(server.port), str(delay_ms)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.relay", *where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.host = server.host
        self.port = self._number()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.__exit__(None, None, None)

    def received(self) -> int:
        """The bytes that the server sent since this was asked the last time."""
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)
        return self._number()

    def _number(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())
