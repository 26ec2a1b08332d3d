"""Where staff may connect to: public IMAP servers, and what an admin allowed.

Otherwise a form that says "test connection" is a probe into the office network.
The name is resolved first, every address is looked at, and the connection then
goes to an address that was looked at: a second resolution could give another.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from mailboxadmin.domain.errors import Facts, Happening, MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.mailbox import Server

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

IMAP_PORTS = frozenset({143, 993})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: Where clouds keep the credentials of a machine; link-local ones are refused as such.
_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")
)


def check_allowed(
    server: Server, addresses: Sequence[str], allowed_hosts: Iterable[str]
) -> tuple[str, ...]:
    """Those of the addresses that staff may connect to, at least one.

    Args:
        addresses: what the server's name resolved to.
        allowed_hosts: hosts, `host:port` and networks inside the office; on what is
            listed without a port, any port is allowed.

    Raises:
        MailFailure: ADDRESS_NOT_ALLOWED, none of them is allowed; `detail` says why.
    """
    allowed = tuple(allowed_hosts)
    good = tuple(text for text in addresses if _may_connect(server, text, allowed))
    if good:
        return good
    raise MailFailure(
        Facts(
            phase=Phase.DNS,
            happening=Happening.ADDRESS_NOT_ALLOWED,
            detail=_why_not(server, addresses),
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
    return address.is_global and not address.is_multicast


def _innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return (
        address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
    )


def _never(address: Address) -> bool:
    """Link-local, metadata, multicast and "this host" addresses, whoever lists them."""
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in _METADATA
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


def _why_not(server: Server, addresses: Sequence[str]) -> str:
    if any(_public(_innermost(ipaddress.ip_address(text))) for text in addresses):
        return f"port {server.port} is not 993 or 143, and {server.host} not on the admin's list"
    return f"{server.host} is {', '.join(addresses)}, inside a network, and not on the admin's list"
