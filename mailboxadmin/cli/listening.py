"""The web server of one process: its socket, and its end.

    SIGTERM, SIGINT ── nobody new is let in ── what was asked is answered ── scheduler ends,
                       runs are cut off and keep what they have ── exit 0

All of it takes less than ten seconds.
"""

import errno
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import ExitNow

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.jobs.background import Background

THREADS = 8
#: Longer than any page takes, shorter than anybody waits for a stop.
ANSWERS_S = 2.0
RUNS_S = 6.0
#: Then the process ends whatever still goes on; the next start goes on from what was committed.
HARD_LIMIT_S = 9.0
#: Above the largest form; what is larger never reaches the app.
LARGEST_BODY_BYTES = 4 * 1024 * 1024
WILDCARDS = ("0.0.0.0", "::")


class _Stop(ExitNow):
    """Raised by a signal; the server's loop lets this class of errors pass."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        InvalidInput: the port is in use, or the address is not this machine's.
    """
    try:
        [(family, *_, address), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as fault:
        # Python adds the address to the system's words, look-ups have numbers of their own.
        number = fault.errno or 0
        reason = os.strerror(number) if number > 0 else fault.strerror
        # What the system says of a port is that it is taken, or for root only.
        field = "port" if number in (errno.EADDRINUSE, errno.EACCES) else "host"
        raise InvalidInput(
            field, f"Cannot listen on {host} port {port}: {reason}; choose another with --{field}."
        ) from None


def url_of(host: str, port: int) -> str:
    """The address to type into a browser."""
    if host in WILDCARDS:
        host = socket.gethostname()
    elif host in ("127.0.0.1", "::1"):
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def announce(host: str, url: str) -> None:
    """Say where it is, and what a wildcard address means."""
    click.echo(f"Mailbox Admin is at {url}")
    if host in WILDCARDS:
        click.echo(
            "Everyone on the network can reach it, and passwords cross the network in clear: "
            "put a proxy with TLS in front (docs/operating.md)."
        )


def run_until_stopped(
    app: Flask,
    listening: socket.socket,
    background: Background,
    *,
    behind_proxy: bool,
    say: Callable[[], None],
) -> None:
    """Answer requests until a signal comes, then end everything within ten seconds.

    Args:
        say: tells whoever started it how to end it, which is true from then on.
    """
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        connection_limit=500,
        max_request_body_size=LARGEST_BODY_BYTES,
        # Else waitress takes away what ProxyFix is to read; without proxies nobody is believed.
        clear_untrusted_proxy_headers=not behind_proxy,
    )
    # What is loaded stays: without this, collecting garbage goes through all of it again and again,
    # a tenth of a second each time, and one page in twenty has to wait for that; so has the end.
    gc.collect()
    gc.freeze()
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        say()
        server.run()
    except _Stop:
        _end(server, background)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise _Stop


def _end(server, background: Background) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    # Never called off: at its end the interpreter waits for threads, however long they hang.
    limit = threading.Timer(HARD_LIMIT_S, os._exit, (0,))
    limit.daemon = True
    limit.start()
    _answer_the_rest(server)
    if not background.stop(timeout_s=RUNS_S):
        # Nothing is left to do that would be worth the rest of that time.
        os._exit(0)
    server.task_dispatcher.shutdown(timeout=0.5)


def _answer_the_rest(server) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Close the door, and go on for as long as somebody inside waits."""
    server.del_channel()
    server.socket.close()
    end = time.monotonic() + ANSWERS_S
    work = server.task_dispatcher
    busy = True
    while busy and time.monotonic() < end:
        busy = bool(work.active_count or work.queue)
        # Once more after the last one: its answer is sent from here.
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)
