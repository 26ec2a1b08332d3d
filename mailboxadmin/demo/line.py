"""A line to a mail server: what a program connects to instead, so that it can be tampered with."""

import socket
import socketserver
import threading
from abc import ABC, abstractmethod
from typing import Self

from mailboxadmin.demo.ports import LOOPBACK


class Line(ABC):
    """`host` and `port` are where a mail program connects, within the `with` block."""

    host = LOOPBACK

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        line = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                line._relay(self.request)

        self._listener = socketserver.ThreadingTCPServer((LOOPBACK, 0), Connection)
        self._listener.daemon_threads = True
        self.port = int(self._listener.server_address[1])

    def __enter__(self) -> Self:
        # It looks for its end so often.
        serve = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        serve.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    @abstractmethod
    def _relay(self, program: socket.socket) -> None:
        """Serve one connection, in a thread of its own, until either end hangs up."""
