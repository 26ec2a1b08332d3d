"""A DNS server on loopback that answers over UDP what it is told.

A resolver is pointed at it by `names.address` and `names.port`; `names.resolver()` gives one that
already is.
"""

import socket
import threading
from types import TracebackType

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from mailboxadmin.demo.ports import LOOPBACK

EVERY_OTHER_NAME = "*"


class NameServer:
    """Answers within its `with` block; a name that nobody mentioned does not exist (NXDOMAIN).

    `queries` lists every question asked, as (name in lower case without the last dot, record type).
    """

    def __init__(self) -> None:
        self.address = LOOPBACK
        self.queries: list[tuple[str, str]] = []
        self._records: dict[tuple[str, str], list[str]] = {}
        self._failures: dict[str, dns.rcode.Rcode | None] = {EVERY_OTHER_NAME: dns.rcode.NXDOMAIN}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="name-server", daemon=True)

    def add(self, name: str, record_type: str, *values: str) -> None:
        """Know `name`, in zone-file form: `add("example.org", "MX", "10 mx.example.org.")`."""
        self._records[_key(name), record_type.upper()] = list(values)
        self._failures.pop(_key(name), None)

    def nxdomain(self, name: str) -> None:
        """Say that `name` does not exist."""
        self._failures[_key(name)] = dns.rcode.NXDOMAIN

    def servfail(self, name: str = EVERY_OTHER_NAME) -> None:
        """Answer SERVFAIL for `name`, or for every name without records."""
        self._failures[_key(name)] = dns.rcode.SERVFAIL

    def silent(self, name: str = EVERY_OTHER_NAME) -> None:
        """Never answer for `name`, or for any name without records: a dead resolver."""
        self._failures[_key(name)] = None

    def resolver(self, *, lifetime_s: float = 60.0) -> dns.resolver.Resolver:
        """Return a dnspython resolver that asks this one only and gives up after `lifetime_s`."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = (
            [self.address],
            self.port,
            lifetime_s,
        )
        return resolver

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (self.address, self.port))
        self._thread.join()
        self._socket.close()

    def __enter__(self) -> "NameServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        while True:
            wire, asker = self._socket.recvfrom(4096)
            if not wire:
                return
            answer = self._answer(dns.message.from_wire(wire))
            if answer is not None:
                self._socket.sendto(answer.to_wire(), asker)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, record_type = _key(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)
        self.queries.append((name, record_type))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if name in self._failures or not self._is_known(name):
            rcode = self._failures.get(name, self._failures[EVERY_OTHER_NAME])
            if rcode is None:
                return None
            response.set_rcode(rcode)
        elif values := self._records.get((name, record_type)):
            response.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", record_type, *values)
            )
        return response

    def _is_known(self, name: str) -> bool:
        return any(known == name for known, _ in self._records)


def _key(name: str) -> str:
    return name.rstrip(".").lower()
