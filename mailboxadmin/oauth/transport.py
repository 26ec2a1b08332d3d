"""HTTP to a token endpoint: bounded by the wall clock and in size, and sent nowhere else.

A time-out of a socket bounds one read: an endpoint that drips a byte a second would hold
a worker for ever. So a cord hangs on every connection, and a timer pulls it.
"""

import io
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

#: One call, from the look-up of the name to the last byte.
CALL_LIMIT_S = 10.0
#: A token answer has some kilobytes; what is longer is none.
LARGEST_ANSWER = 256 * 1024

#: What a call can raise when no answer comes.
LINE_FAULTS = (requests.RequestException, HTTPError, OSError)

#: The addresses of a host. Raises OSError.
Resolve = Callable[[str], Sequence[str]]


class TooLong(OSError):
    """Raised when an answer has more bytes than any answer of a token endpoint."""


class Cord:
    """Hangs on the connections of one call; pulled, they end at once."""

    def __init__(self) -> None:
        self._change = threading.Lock()
        self._held: list[socket.socket] = []
        self.pulled = False
        #: A person pulled it, and not the clock.
        self.cancelled = False

    def hold(self, sock: socket.socket) -> None:
        """Hang on a connection, also when TLS takes its socket over: a second descriptor of it."""
        with self._change:
            self._held.append(sock.dup())
            pulled = self.pulled
        if pulled:
            self.pull()

    def pull(self) -> None:
        """End the connections; from any thread."""
        with self._change:
            self.pulled = True
            for sock in self._held:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def cancel(self) -> None:
        """Pull it because a person said stop (`domain.cuttable.Cuttable`)."""
        self.cancelled = True
        self.pull()

    @property
    def stands_still(self) -> bool:
        """Always: all there is to do meanwhile is to wait."""
        return True

    def let_go(self) -> None:
        """The call is over."""
        with self._change:
            for sock in self._held:
                sock.close()
            self._held.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How this machine reaches token endpoints."""

    #: As the mail servers' names are looked up, so that both have the same bounds.
    resolve: Resolve
    #: A PEM file of authorities to trust beside the system's; None: only the system's.
    ca_file: str | None = None
    limit_s: float = CALL_LIMIT_S

    @contextmanager
    def call(self, session: requests.Session) -> Iterator[Cord]:
        """Have the calls of `session` in the block bounded, all together.

        Raises:
            LINE_FAULTS: the block's own; look at `pulled` before anything else.
        """
        cord = Cord()
        adapter = _Adapter(self, cord)
        # Neither credentials of ~/.netrc nor another bundle of authorities; proxies yes.
        session.trust_env = False
        # A token endpoint sends nobody elsewhere, and what we send is for it alone.
        session.max_redirects = 0
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.hooks["response"].append(_read_bounded)
        timer = threading.Timer(self.limit_s, cord.pull)
        timer.daemon = True
        timer.start()
        try:
            yield cord
        finally:
            timer.cancel()
            cord.let_go()
            session.close()

    def context(self) -> ssl.SSLContext:
        """Trusts the system's authorities and those of `ca_file`."""
        context = ssl.create_default_context()
        if self.ca_file is not None:
            # SSL_CERT_FILE takes the system's place inside OpenSSL; here it comes beside it.
            system = ssl.get_default_verify_paths().openssl_cafile
            if os.path.exists(system):
                context.load_verify_locations(cafile=system)
            context.load_verify_locations(cafile=self.ca_file)
        return context


class _Adapter(HTTPAdapter):
    """Connects with our look-up and our trust, and gives each connection to the cord."""

    def __init__(self, transport: Transport, cord: Cord) -> None:
        self._transport = transport
        self._cord = cord
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._transport.context(), **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._guarded(HTTPConnectionPool),
            "https": self._guarded(HTTPSConnectionPool),
        }

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        options |= {"stream": True, "timeout": self._transport.limit_s}
        options["proxies"] = get_environ_proxies(request.url or "")
        return super().send(request, **options)

    def cert_verify(self, *_: Any) -> None:
        """Nothing to add: the context trusts already, and requests would bring its own bundle."""

    def _guarded(self, pool: Any) -> type:
        """A pool whose connections are made here (urllib3's `_new_conn` is there to override)."""
        transport, cord = self._transport, self._cord

        class Connection(pool.ConnectionCls):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                sock = _connect(transport, self.host, self.port)
                cord.hold(sock)
                return sock

        return type("Pool", (pool,), {"ConnectionCls": Connection})


def _connect(transport: Transport, host: str, port: int) -> socket.socket:
    """Connect to the first address that answers.

    Raises:
        OSError: none does, or the name has none.
    """
    addresses = transport.resolve(host.strip("[]"))
    fault: OSError = OSError(f"{host} has no address")
    for address in addresses:
        try:
            return create_connection((address, port), transport.limit_s / len(addresses))
        except OSError as refused:
            fault = refused
    raise fault


def _read_bounded(response: requests.Response, **_: Any) -> None:
    """Read the body here, before requests reads all that comes."""
    body = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    if len(body) > LARGEST_ANSWER:
        raise TooLong(f"an answer of more than {LARGEST_ANSWER // 1024} kB")
    response.raw = io.BytesIO(body)
