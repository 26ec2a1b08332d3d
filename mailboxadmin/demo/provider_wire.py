"""The local provider's HTTP server: loopback, a thread a connection, faults of the line."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from mailboxadmin.demo.provider_replies import Reply
from mailboxadmin.demo.provider_request import House, Request
from mailboxadmin.demo.provider_routes import answer
from mailboxadmin.demo.provider_values import LineFault

LOOPBACK = "127.0.0.1"

#: Longer than any form of OAuth; what is longer is not read.
_MAX_BODY = 100_000

#: At the fault DRIP, in seconds.
_PER_BYTE_S = 1.0


class ProviderServer(ThreadingMixIn, TCPServer):
    """Listens at once; `stop` ends all connections and their threads.

    Not `http.server.HTTPServer`, which asks the resolver for the name of the machine.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, house: House) -> None:
        self.house = house
        self.stopping = threading.Event()
        self._connections: dict[int, socket.socket] = {}
        self._serving: set[threading.Thread] = set()
        self._lock = threading.Lock()
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread, known by its socket while it lasts."""
        with self._lock:
            self._connections[id(request)] = request
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection; the thread is known while it does."""
        with self._lock:
            self._serving.add(threading.current_thread())
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._connections.pop(id(request), None)
                self._serving.discard(threading.current_thread())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is nothing to tell anybody."""

    def stop(self) -> None:
        """Close every connection, and wait for the threads."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            threads, connections = list(self._serving), list(self._connections.values())
        for connection in connections:
            # Already closed by the other side, or by its own thread.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SampleProvider"
    sys_version = ""
    #: The answer leaves in one piece, when the request is done with.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: ProviderServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the addresses hold codes and states."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _MAX_BODY:
            self.close_connection = True
            return
        request = Request(
            method=self.command,
            target=self.path,
            authorization=self.headers.get("Authorization", ""),
            body=self.rfile.read(int(length)),
        )
        released = self.server.house.faults.until_healed()
        reply = answer(self.server.house, request)
        self.server.stopping.wait(self.server.house.desk.grants.manner.delay_s)
        self._send(reply, released)

    def _send(self, reply: Reply, released: threading.Event) -> None:
        match reply.on_the_way:
            case LineFault.CLOSE | LineFault.LOSE:
                self.close_connection = True
            case LineFault.HANG:
                self.close_connection = True
                self._wait_for(released)
            case LineFault.DRIP:
                self._drip(reply, released)
            case _:
                self._head(reply)
                self.wfile.write(reply.body)

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()

    def _drip(self, reply: Reply, released: threading.Event) -> None:
        self.close_connection = True
        self._head(reply)
        for position in range(len(reply.body)):
            self.wfile.write(reply.body[position : position + 1])
            self.wfile.flush()
            if released.wait(_PER_BYTE_S) or self.server.stopping.is_set():
                return

    def _wait_for(self, released: threading.Event) -> None:
        while not released.wait(0.1) and not self.server.stopping.is_set():
            pass
