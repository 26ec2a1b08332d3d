"""Ends the waiting for a server from another thread."""

import socket


class Waker:
    """A pair of sockets: one thread waits for the one, another writes to the other."""

    def __init__(self) -> None:
        self._waits, self._wakes = socket.socketpair()
        self.called = False

    def fileno(self) -> int:
        """What to wait for, beside the server."""
        return self._waits.fileno()

    def wake(self) -> None:
        """End the waiting now, and every one to come; from any thread."""
        self.called = True
        try:
            self._wakes.send(b".")
        except OSError:
            # Closed: nobody waits any more.
            return

    def close(self) -> None:
        """Nobody waits any more."""
        self._waits.close()
        self._wakes.close()
