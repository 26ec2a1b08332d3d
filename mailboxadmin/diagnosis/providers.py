"""The providers that are recognised: by address, MX, host, or what a server says of itself."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """Every provider of `providers.toml`."""

    #: In the order of the file.
    all: tuple[Provider, ...]
    #: By key: what a provider's servers say in their greeting or ID.
    greetings: Mapping[str, tuple[re.Pattern[str], ...]]
    #: By key: what only that provider's servers say they can do, upper case.
    capabilities: Mapping[str, frozenset[str]]

    def by_key(self, key: str) -> Provider | None:
        """The provider of that key."""
        return next((each for each in self.all if each.key == key), None)

    def by_domain(self, address: str) -> Provider | None:
        """The provider of the address's exact domain; a bare domain will do."""
        domain = address.rpartition("@")[2].strip().lower()
        return next((each for each in self.all if domain in each.domains), None)

    def by_mx(self, hosts: Iterable[str]) -> Provider | None:
        """The provider that one of a domain's MX hosts, best first, belongs to."""
        for host in hosts:
            if found := self._longest(host, lambda each: each.mx_suffixes):
                return found
        return None

    def by_host(self, host: str) -> Provider | None:
        """The provider that runs that IMAP host."""
        return self._longest(host, lambda each: each.host_suffixes)

    def by_greeting(self, greeting: str) -> Provider | None:
        """The provider that a greeting, or an answer to ID, gives away."""
        for each in self.all:
            if any(pattern.search(greeting) for pattern in self.greetings[each.key]):
                return each
        return None

    def by_capabilities(self, capabilities: Set[str]) -> Provider | None:
        """The provider that what a server can do gives away."""
        return next((each for each in self.all if self.capabilities[each.key] & capabilities), None)

    def _longest(
        self, host: str, suffixes_of: Callable[[Provider], tuple[str, ...]]
    ) -> Provider | None:
        name = "." + host.strip().rstrip(".").lower()
        fits = [
            (len(suffix), each)
            for each in self.all
            for suffix in suffixes_of(each)
            if name.endswith(suffix if suffix.startswith(".") else "." + suffix)
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None


@cache
def load_providers() -> Providers:
    """Read `providers.toml`, which is part of the package, once in a process."""
    text = (files(__package__) / "providers.toml").read_text(encoding="utf-8")
    rows: dict[str, dict[str, Any]] = {}
    for row in tomllib.loads(text)["provider"]:
        rows[row["key"]] = rows.get(row.pop("like", ""), {}) | row
    return Providers(
        all=tuple(_provider(row) for row in rows.values()),
        greetings={
            key: tuple(re.compile(text, re.IGNORECASE) for text in row.get("greetings", ()))
            for key, row in rows.items()
        },
        capabilities={key: frozenset(row.get("capabilities", ())) for key, row in rows.items()},
    )


def _provider(row: dict[str, Any]) -> Provider:
    encryption = Encryption(row.get("encryption", "ssl"))
    return Provider(
        key=row["key"],
        name=row["name"],
        server=Server(
            host=row["host"], port=row.get("port", encryption.port), encryption=encryption
        ),
        domains=frozenset(row.get("domains", ())),
        mx_suffixes=tuple(row.get("mx", ())),
        host_suffixes=tuple(row.get("hosts", ())),
        accepts_passwords=row.get("accepts_passwords", True),
        strips_spaces=row.get("strips_spaces", False),
        steps=tuple(row["steps"]),
        remark=row.get("remark", ""),
    )
