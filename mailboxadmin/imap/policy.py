"""Where staff may connect to: public IMAP servers, and what an admin allowed.

Otherwise a form that says "test connection" is a probe into the office network.
The name is resolved first, every address is looked at, and the connection then
goes to an address that was looked at: a second resolution could give another.
What is refused is refused with one sentence, before anything is connected to: the
answer tells nothing of what stands there. Why it was, the program's log says.
"""

import ipaddress
import logging
from collections.abc import Iterable, Sequence

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Server

log = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

IMAP_PORTS = frozenset({143, 993})
#: For every address that is refused.
NOT_ALLOWED = "not a public mail server on port 143 or 993, nor one that an admin allowed"
#: All of IPv6 that is routed to everybody (RFC 4291, 2.4); what else there is has other uses.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
#: An IPv4 address in the last 32 bits: translated (RFC 6052, 8215), compatible (RFC 4291, 2.5.5).
_EMBEDDING = tuple(
    ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")
)
#: What stands before the IPv4 address in an ISATAP one (RFC 5214, 6.1), universal bit or not.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
#: Where clouds keep the credentials of a machine; link-local ones are refused as such.
_METADATA = tuple(
    ipaddress.ip_network(text)
    for text in (
        "fd00:ec2::/32",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    )
)
#: Set apart for protocols (RFC 6890), which Python calls public in parts.
_NOT_PUBLIC = tuple(ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24"))


def check_allowed(
    server: Server, addresses: Sequence[str], allowed_hosts: Iterable[str]
) -> tuple[str, ...]:
    """Those of the addresses that staff may connect to, at least one.

    Args:
        addresses: what the server's name resolved to.
        allowed_hosts: hosts, `host:port` and networks inside the office; on what is
            listed without a port, any port is allowed.

    Raises:
        MailFailure: ADDRESS_NOT_ALLOWED, none of them is allowed; the same for all.
    """
    allowed = tuple(allowed_hosts)
    good = tuple(text for text in addresses if _may_connect(server, text, allowed))
    if good:
        return good
    log.info("not connected to %s: it is %s", server, ", ".join(addresses))
    raise MailFailure(
        Facts(
            phase=Phase.DNS,
            happening=Happening.ADDRESS_NOT_ALLOWED,
            detail=NOT_ALLOWED,
            host=server.host,
            port=server.port,
        )
    )


def _may_connect(server: Server, text: str, allowed: Sequence[str]) -> bool:
    address = _innermost(ipaddress.ip_address(text))
    if _never(address):
        return False
    if any(_names(entry, server, address) for entry in allowed):
        return True
    return server.port in IMAP_PORTS and _public(address)


def _public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    set_apart = address.is_multicast or any(address in network for network in _NOT_PUBLIC)
    return address.is_global and not set_apart


def _innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    low = int(address) & 0xFFFFFFFFFFFFFFFF
    embeds = any(address in network for network in _EMBEDDING) and low > 1
    if embeds or low >> 32 in _ISATAP:
        return ipaddress.IPv4Address(low & 0xFFFFFFFF)
    return (
        address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
    )


def _never(address: Address) -> bool:
    """Link-local, metadata, multicast and "this host" addresses, whoever lists them.

    One with a zone is meant for one link, too.
    """
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or bool(getattr(address, "scope_id", None))
        or any(address in network for network in _METADATA)
    )


def _names(entry: str, server: Server, address: Address) -> bool:
    if "/" in entry:
        return address in ipaddress.ip_network(entry, strict=False)
    host, colon, port = entry.partition(":")
    if colon and entry.count(":") == 1:
        return int(port) == server.port and _same_host(host, server.host, address)
    return _same_host(entry, server.host, address)


def _same_host(entry: str, host: str, address: Address) -> bool:
    return entry.lower() == host.lower() or entry == str(address)
