"""A real `mailboxadmin serve`, and somebody at a browser without scripts."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

from mailboxadmin.demo.ports import LOOPBACK, free_port

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE_S = 60.0


@contextmanager
def serving(environ: Mapping[str, str]) -> Iterator[str]:
    """Serve an instance for the length of the block; the address of its pages."""
    port = free_port()
    command = [sys.executable, "-m", "mailboxadmin", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield f"http://{LOOPBACK}:{port}"
        finally:
            process.terminate()


class Browser:
    """It keeps cookies, follows redirections and takes a form's token from the page."""

    def __init__(self, url: str) -> None:
        self._url = url
        # The proxies of the environment are for the world outside.
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))

    def sign_in(self, email: str, password: str) -> None:
        """Wait until it serves, and sign in.

        Raises:
            RuntimeError: it does not serve.
        """
        self.post("/login", self._first_token(), email=email, password=password)

    def get(self, path: str) -> str:
        """The page there."""
        with self._opener.open(self._url + path) as answer:
            return str(answer.read().decode())

    def post(self, path: str, token: str, **fields: str) -> str:
        """Send a form; the page that follows."""
        form = urlencode({"csrf_token": token, **fields}).encode()
        with self._opener.open(self._url + path, form) as answer:
            return str(answer.read().decode())

    def token(self, path: str) -> str:
        """The token of the form that stands there."""
        found = TOKEN.search(self.get(path))
        if found is None:
            raise RuntimeError(f"there is no form at {path}")
        return found[1]

    def _first_token(self) -> str:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.token("/login")
            except URLError as fault:
                if time.monotonic() > end:
                    raise RuntimeError("it does not serve") from fault
                time.sleep(0.05)
