"""A web server on loopback that is told things: what came, and what it answers.

with HookServer() as hook:
    hook.status = 500
    …
    assert hook.bodies[0]["event"] == "incident"
"""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mailboxadmin.demo.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class Came:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class HookServer:
    """`url` is where to send."""

    def __init__(self, port: int = 0) -> None:
        self.status = 200
        self.answer = b"ok"
        self.headers: dict[str, str] = {}
        #: Seconds between the bytes of an answer.
        self.drip_s = 0.0
        self.came: list[Came] = []
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer((LOOPBACK, port), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_port
        self.url = f"http://{LOOPBACK}:{self.port}/hook/canary-path"

    def __enter__(self) -> "HookServer":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The JSON of what was taken."""
        return [json.loads(each.body) for each in self.came if each.body]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                hook.came.append(Came(self.command, self.path, dict(self.headers), body))
                self.send_response(hook.status)
                for name, value in hook.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(hook.answer)))
                self.end_headers()
                for byte in hook.answer:
                    self.wfile.write(bytes([byte]))
                    if hook.drip_s and hook._ended.wait(hook.drip_s):
                        return

            def do_GET(self) -> None:
                self.headers["Content-Length"] = self.headers["Content-Length"] or "0"
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
