"""Loopback ports in the three states a client can meet: free, refusing and unanswering."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

LOOPBACK = "127.0.0.1"

# Below Linux' ephemeral range (32768 and up), so that no outgoing connection of another program
# takes the port between its choice and its use.
_LOWEST, _HIGHEST = 15000, 32000


def free_port() -> int:
    """Return a loopback TCP port that nothing listens on at this moment.

    The choice comes from the system's randomness, not from `random`: programs that seed it would
    otherwise all choose the same ports.
    """
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with closing(socket.socket()) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


@contextmanager
def refusing_port() -> Iterator[int]:
    """Hold a port that refuses every connection and that no other process can take meanwhile."""
    with closing(socket.socket()) as bound_but_not_listening:
        bound_but_not_listening.bind((LOOPBACK, 0))
        yield bound_but_not_listening.getsockname()[1]


@contextmanager
def unanswering_port() -> Iterator[int]:
    """Hold a port where connecting gets no answer at all, as behind a firewall that drops packets.

    Linux drops a SYN when the listener's backlog is full, so the backlog of one is filled here and
    never accepted.
    """
    with ExitStack() as sockets:
        listener = sockets.enter_context(closing(socket.socket()))
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        for _ in range(2):
            filler = sockets.enter_context(closing(socket.socket()))
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
