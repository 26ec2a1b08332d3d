"""A bound on a whole call, by the wall clock.

A time-out of a socket bounds one read: a server that drips a byte a second would hold a
worker for ever. So a cord hangs on every connection of a call, and a timer pulls it.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from urllib3.util.connection import create_connection

#: The addresses of a host. Raises OSError.
Resolve = Callable[[str], Sequence[str]]


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


@contextmanager
def pulled_after(limit_s: float) -> Iterator[Cord]:
    """A cord that is pulled after so long, unless the block ends before."""
    cord = Cord()
    timer = threading.Timer(limit_s, cord.pull)
    timer.daemon = True
    timer.start()
    try:
        yield cord
    finally:
        timer.cancel()
        cord.let_go()


def connect(resolve: Resolve, host: str, port: int, limit_s: float) -> socket.socket:
    """Connect to the first address of `host` that answers; all tries together within the limit.

    Raises:
        OSError: none does, or the name has none.
    """
    addresses = resolve(host.strip("[]"))
    fault: OSError = OSError(f"{host} has no address")
    for address in addresses:
        try:
            return create_connection((address, port), limit_s / len(addresses))
        except OSError as refused:
            fault = refused
    raise fault
