"""Who a message says it is from: the name, the address, and whether the one lies about the other.

    "Your Bank <service@bank.example>" <x@evil.example>
     ╰────────── the name ──────────╯   ╰─ the address ─╯  the name shows another address

What is shown in a list was decoded before; what a message's page shows is taken from the field
as it came, so that an encoded name cannot pretend to be the address.
"""

import re
from dataclasses import dataclass
from email.utils import getaddresses

from mailboxadmin.domain.decoding import as_text, field_as_text

#: So much of a field of addresses is read.
FIELD_BYTES = 16 * 1024
#: So many of its addresses are shown.
ADDRESSES = 50

_ANGLE = re.compile(r"(.*)<([^<>\s]+@[^<>\s]+)>\s*", re.DOTALL)
_BARE = re.compile(r"[^<>\s\"(),;:]+@[^<>\s\"(),;:]+")
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+(?:[a-z]{2,24})", re.IGNORECASE)
_ENCODED = re.compile(r"=\?[^?\s]*\?[bqBQ]\?[^?]*\?=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A name and an address; either may be empty."""

    name: str
    address: str

    @property
    def shown(self) -> str:
        """What stands in a list."""
        return self.name or self.address or "(no sender)"

    @property
    def misleads(self) -> str:
        """The other address or domain that the name shows; empty when it shows none."""
        domain = self.address.rpartition("@")[2].lower()
        if not domain:
            return ""  # There is nothing that it could disagree with.
        for found in _BARE.findall(self.name) or _DOMAIN.findall(self.name):
            named = found.rpartition("@")[2].lower().strip(".")
            same = found.lower() == self.address.lower() if "@" in found else _akin(named, domain)
            if not same:
                return str(found)
        return ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name and self.address else self.shown


def read_sender(text: str) -> Sender:
    """The sender from a decoded field, as far as it can be told."""
    angle = _ANGLE.fullmatch(text)
    if angle:
        return Sender(name=_unquoted(angle[1]), address=angle[2])
    bare = _BARE.fullmatch(text.strip())
    if bare:
        return Sender(name="", address=bare[0])
    return Sender(name=_unquoted(text), address="")


def read_addresses(field: bytes) -> tuple[Sender, ...]:
    """The addresses of a field as it came; a name is decoded after they were told apart."""
    text = " ".join(as_text(field[:FIELD_BYTES]).split())
    try:
        found = getaddresses([text])
    # The parser of the standard library raises nearly anything on hostile input.
    except Exception:  # noqa: BLE001
        found = []
    pairs = [
        Sender(name=_decoded(name), address=_decoded(address))
        for name, address in found[:ADDRESSES]
        if name or address
    ]
    if not pairs and text:
        return (read_sender(field_as_text(text.encode("utf-8", "replace"))),)
    return tuple(pairs)


def _decoded(text: str) -> str:
    if not _ENCODED.search(text):
        text = text.encode("utf-8", "replace").decode()
    return field_as_text(text.encode("utf-8", "replace")).strip()[:500]


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('\\"', '"')
    return text.strip()


def _akin(named: str, domain: str) -> bool:
    """Whether one is the other, or lies in it: shop.example and mail.shop.example."""
    return named == domain or domain.endswith(f".{named}") or named.endswith(f".{domain}")
