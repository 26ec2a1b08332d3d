"""HTTP to an endpoint that was named: bounded by the wall clock and in size, sent nowhere else."""

import io
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from mailboxadmin.outbound.cord import Cord, Resolve, connect, pulled_after

#: One call, from the look-up of the name to the last byte.
CALL_LIMIT_S = 10.0
#: An answer has some kilobytes; what is longer is none.
LARGEST_ANSWER = 256 * 1024

#: What a call can raise when no answer comes.
LINE_FAULTS = (requests.RequestException, HTTPError, OSError)


class TooLong(OSError):
    """Raised when an answer has more bytes than any that is worth reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How this machine reaches token endpoints, webhooks and the like."""

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
        # Neither credentials of ~/.netrc nor another bundle of authorities; proxies yes.
        session.trust_env = False
        # Such an endpoint sends nobody elsewhere, and what we send is for it alone.
        session.max_redirects = 0
        session.hooks["response"].append(_read_bounded)
        with pulled_after(self.limit_s) as cord, closing(session):
            adapter = _Adapter(self, cord)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            yield cord

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
        self._context = transport.context()
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **options)
        self._guard(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The way through a proxy of HTTP is guarded too; that of SOCKS connects by itself."""
        if proxy.lower().startswith("socks"):
            return super().proxy_manager_for(proxy, **options)
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        self._guard(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        options |= {"stream": True, "timeout": self._transport.limit_s}
        options["proxies"] = get_environ_proxies(request.url or "")
        return super().send(request, **options)

    def cert_verify(self, *_: Any) -> None:
        """Nothing to add: the context trusts already, and requests would bring its own bundle."""

    def _guard(self, manager: Any) -> None:
        manager.pool_classes_by_scheme = {
            "http": self._guarded(HTTPConnectionPool),
            "https": self._guarded(HTTPSConnectionPool),
        }

    def _guarded(self, pool: Any) -> type:
        """A pool whose connections are made here (urllib3's `_new_conn` is there to override)."""
        transport, cord = self._transport, self._cord

        class Connection(pool.ConnectionCls):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                sock = connect(transport.resolve, self.host, self.port, transport.limit_s)
                cord.hold(sock)
                return sock

        return type("Pool", (pool,), {"ConnectionCls": Connection})


def _read_bounded(response: requests.Response, **_: Any) -> None:
    """Read the body here, before requests reads all that comes."""
    body = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    if len(body) > LARGEST_ANSWER:
        raise TooLong(f"an answer of more than {LARGEST_ANSWER // 1024} kB")
    response.raw = io.BytesIO(body)
