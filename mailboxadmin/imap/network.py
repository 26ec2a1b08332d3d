"""From names to addresses, within a deadline.

Which resolver is asked is a value: `None` is the machine's own way (`getaddrinfo`,
which also reads /etc/hosts but has no time-out). It is asked in a thread that is left
behind when it takes too long, or when a person stops who waits for it.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import dns.exception
import dns.nameserver
import dns.resolver

from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.domain.errors import Cancelled, Facts, Happening, MailboxAdminError, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import ignore, system_words

DNS_LIMIT_S = 10.0
MX_LIMIT_S = 5.0

#: getaddrinfo's errors that say that the name does not exist; the others that it could not ask.
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How this machine reaches the world."""

    #: (address, port) of the resolvers to ask; None: the machine's own way.
    nameservers: tuple[tuple[str, int], ...] | None = None
    #: A PEM file of authorities to trust beside the system's; None: only the system's.
    ca_file: str | None = None

    def resolve(self, host: str, deadline: Deadline, on_open: OnOpen = ignore) -> list[str]:
        """The addresses of `host` in the order to try them; an address is its own.

        Args:
            on_open: given what ends the waiting from another thread.

        Raises:
            MailFailure: NAME_UNKNOWN or RESOLVER_DOWN.
            Cancelled: a person stopped it.
        """
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            seconds = deadline.cap(DNS_LIMIT_S)
        ask = partial(_ask_system, host)
        if self.nameservers is not None:
            ask = partial(_ask, self._resolver(), host, seconds)
        lookup = _Lookup(host, ask)
        on_open(lookup)
        return lookup.wait(seconds)

    def addresses(self, host: str) -> list[str]:
        """As `resolve`, for who does not speak IMAP.

        Raises:
            OSError: the name does not exist, or the resolver does not answer.
        """
        try:
            return self.resolve(host, Deadline.after(DNS_LIMIT_S))
        except MailFailure as failure:
            raise OSError(f"{host}: {failure}") from None

    def mx(self, domain: str, deadline: Deadline) -> list[str]:
        """The mail exchangers of `domain`, most preferred first, lower case, no last dot.

        Empty when it has none and when DNS fails: they only serve to recognise a provider.
        """
        try:
            answer = self._resolver().resolve(
                domain, "MX", lifetime=deadline.cap(MX_LIMIT_S), search=False
            )
        except (dns.exception.DNSException, OSError, UnicodeError):
            return []
        ranked = sorted((record.preference, record.exchange.to_text()) for record in answer)
        return [name.rstrip(".").lower() for _, name in ranked if name != "."]

    def _resolver(self) -> dns.resolver.Resolver:
        if self.nameservers is None:
            return dns.resolver.Resolver()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [dns.nameserver.Do53Nameserver(*pair) for pair in self.nameservers]
        return resolver


class _Lookup:
    """A question to a resolver, in a thread that is left behind when nobody waits any more."""

    stands_still = True

    def __init__(self, host: str, ask: Callable[[], list[str]]) -> None:
        self._host = host
        self._ask = ask
        self._answers: queue.SimpleQueue[list[str] | MailboxAdminError] = queue.SimpleQueue()

    def cancel(self) -> None:
        """Wait no longer; from any thread."""
        self._answers.put(Cancelled("A person stopped it."))

    def wait(self, seconds: float) -> list[str]:
        """Ask, and wait so long for the answer.

        Raises:
            MailFailure, Cancelled: see `Network.resolve`.
        """
        threading.Thread(target=self._run, name="dns", daemon=True).start()
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            detail = f"no answer from the resolver in {seconds:.0f} seconds"
            raise _failure(self._host, Happening.RESOLVER_DOWN, detail) from None
        if isinstance(answer, MailboxAdminError):
            raise answer
        return answer

    def _run(self) -> None:
        try:
            self._answers.put(self._ask())
        except MailFailure as failure:
            # As a value: it has to cross a thread.
            self._answers.put(failure)


def _ask(resolver: dns.resolver.Resolver, host: str, seconds: float) -> list[str]:
    try:
        addresses = list(resolver.resolve_name(host, lifetime=seconds, search=False).addresses())
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as fault:
        raise _failure(host, Happening.NAME_UNKNOWN, str(fault)) from fault
    except (dns.exception.DNSException, OSError) as fault:
        raise _failure(host, Happening.RESOLVER_DOWN, str(fault)) from fault
    if not addresses:
        raise _failure(host, Happening.NAME_UNKNOWN, f"{host} has no address")
    return addresses


def _ask_system(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as fault:
        raise _failure(host, Happening.NAME_UNKNOWN, str(fault)) from fault
    except OSError as fault:
        unknown = fault.errno in _NO_SUCH_NAME
        happening = Happening.NAME_UNKNOWN if unknown else Happening.RESOLVER_DOWN
        raise _failure(host, happening, system_words(fault)) from fault
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _failure(host: str, happening: Happening, detail: str) -> MailFailure:
    return MailFailure(Facts(phase=Phase.DNS, happening=happening, detail=detail, host=host))
