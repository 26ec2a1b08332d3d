"""A line to a mail server: it counts what comes, and can be as long as a line across a continent.

    python -m bench.relay HOST PORT DELAY_MS

A process of its own, so that it does not share the measured one's interpreter. Its first line of
output is the port it listens on; then, for each line of input, the bytes that the server sent
since the last one. Either direction is late by DELAY_MS, whatever its throughput, and so is each
half of the handshake of TCP.
"""

import asyncio
import sys
from collections import deque
from contextlib import suppress

CHUNK = 1 << 18
#: On the way when one end has closed.
END = b""


class Relay:
    """All connections of one line."""

    def __init__(self, host: str, port: int, delay_s: float) -> None:
        self._where = (host, port)
        self._delay_s = delay_s
        self.received = 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until both ends have closed."""
        await asyncio.sleep(2 * self._delay_s)
        there, back = await asyncio.open_connection(*self._where)
        await asyncio.gather(
            self._carry(reader, back, counted=False), self._carry(there, writer, counted=True)
        )

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        delayed = Delayed(target, self._delay_s)
        with suppress(ConnectionError):
            while chunk := await source.read(CHUNK):
                self.received += len(chunk) if counted else 0
                delayed.send(chunk)
        delayed.send(END)


class Delayed:
    """One direction of a connection: chunks leave in order, each as late as the line is long."""

    def __init__(self, target: asyncio.StreamWriter, delay_s: float) -> None:
        self._target = target
        self._delay_s = delay_s
        self._under_way: deque[bytes] = deque()

    def send(self, chunk: bytes) -> None:
        """Put it on the way; behind END nothing follows."""
        self._under_way.append(chunk)
        asyncio.get_running_loop().call_later(self._delay_s, self._arrive)

    def _arrive(self) -> None:
        # The oldest, whichever timer this is: two may go off in the same instant.
        chunk = self._under_way.popleft()
        if chunk is END:
            self._target.close()
        else:
            self._target.write(chunk)


async def main(host: str, port: str, delay_ms: str) -> None:
    relay = Relay(host, int(port), float(delay_ms) / 1000)
    listening = await asyncio.start_server(relay.connect, "127.0.0.1", 0, backlog=512)
    print(listening.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        received, relay.received = relay.received, 0
        print(received, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
