"""The watchdog: cuts a socket when its deadline passes or a person says stop.

    watch() --> watched --> release()            the ordinary end
                   |-- deadline passes --> cut (`expired`)
                   `-- cancel()        --> cut (`cancelled`)

A thread that is blocked in a read cannot look at a clock. So one daemon thread a
process looks for all of them, and shuts the socket down; the blocked read then
ends as if the server had hung up, and `Watch` knows why it did.
"""

import socket
import threading

from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.flow import Flow


class Watch:
    """One socket under guard."""

    def __init__(self, guard: "Guard", sock: socket.socket, deadline: Deadline) -> None:
        self._guard = guard
        self._sock = sock
        self.deadline = deadline
        #: Whether the server keeps us waiting.
        self.flow = Flow()
        #: The deadline passed and the socket was cut.
        self.expired = False
        #: A person said stop and the socket was cut.
        self.cancelled = False

    @property
    def cut(self) -> bool:
        """True once the socket was shut down from here."""
        return self.expired or self.cancelled

    @property
    def stands_still(self) -> bool:
        """True while the server keeps us waiting."""
        return self.flow.stands_still

    def follow(self, sock: socket.socket) -> None:
        """Guard `sock` from now on: TLS puts a new object around the same connection."""
        with self._guard.lock:
            self._sock = sock
            if self.cut:
                self._shut()

    def limit(self, deadline: Deadline) -> None:
        """Move the deadline."""
        with self._guard.lock:
            self.deadline = deadline
            self._guard.lock.notify()

    def cancel(self) -> None:
        """Cut the socket now; from any thread."""
        with self._guard.lock:
            self.cancelled = True
            self._shut()

    def release(self) -> None:
        """Stop guarding: the socket is about to be closed."""
        with self._guard.lock:
            self._guard.watches.discard(self)

    def expire(self) -> None:
        """Cut the socket because of its deadline; the watchdog calls this, holding the lock."""
        self.expired = True
        self._guard.watches.discard(self)
        self._shut()

    def _shut(self) -> None:
        try:
            # Not `self._sock.shutdown`: that of an SSL socket drops its TLS state while
            # another thread is reading through it.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
        except OSError:
            # Closed or never connected: there is nothing left to cut.
            return


class Guard:
    """All watched sockets of a process and the thread that looks after them."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.watches: set[Watch] = set()
        self._thread: threading.Thread | None = None

    def watch(self, sock: socket.socket, deadline: Deadline) -> Watch:
        """Cut `sock` when the deadline passes, unless it is released before."""
        watch = Watch(self, sock, deadline)
        with self.lock:
            self.watches.add(watch)
            # Not alive: never started, or this process was forked from one where it was.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="imap-guard", daemon=True)
                self._thread.start()
            self.lock.notify()
        return watch

    def _look(self) -> None:
        with self.lock:
            while True:
                for watch in [watch for watch in self.watches if watch.deadline.passed]:
                    watch.expire()
                waits = [watch.deadline.remaining() for watch in self.watches]
                self.lock.wait(min(waits) if waits else None)


#: The one of this process.
GUARD = Guard()
