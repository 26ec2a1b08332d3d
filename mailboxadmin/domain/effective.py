"""The settings in force for one mailbox, each with where it comes from.

    own -> known provider (that of the permission, else of the address's exact domain)
        -> office default -> provider recognised by MX -> built in

Host, port and encryption are one block: it belongs to whoever sets the host, so
that a personal host never meets an office port. A value a person sets for
themselves wins over any block. This is the one function that looks at the
parts; everything else asks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.settings import PERSONAL_KEYS, SETTINGS, Value
from mailboxadmin.domain.special_use import SpecialUse


class Origin(StrEnum):
    """Where a value comes from; the text is what the form shows."""

    OWN = "own"
    KNOWN_PROVIDER = "known provider"
    OFFICE = "office default"
    MX = "recognised by MX"
    BUILT_IN = "built in"
    #: The port that belongs to the encryption in force.
    ENCRYPTION = "follows the encryption"
    #: Nobody set it; what the server lists was looked at.
    FOUND = "found by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A value and where it comes from."""

    value: Value
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What holds for one mailbox."""

    #: By setting key; every personal key is there.
    values: Mapping[str, InForce]
    #: The provider that was recognised, whether or not its server is used; None if none.
    provider: Provider | None

    @property
    def server(self) -> Server | None:
        """Where to connect; None when no source names a host."""
        host = self.values["imap_host"].value
        if host is None:
            return None
        return Server(
            host=str(host),
            port=int(str(self.values["imap_port"].value)),
            encryption=Encryption(str(self.values["imap_encryption"].value)),
        )

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders to sync, at least one."""
        value = self.values["folders"].value
        return value if isinstance(value, tuple) else ("INBOX",)

    @property
    def check_every_minutes(self) -> int:
        """The interval between two looks."""
        return int(str(self.values["check_every_minutes"].value))

    @property
    def since_days(self) -> int:
        """Only mail that arrived in these last days is fetched; 0 is all."""
        return int(str(self.values["sync_since_days"].value))

    @property
    def only_unread(self) -> bool:
        """Mail that was read before it was fetched stays on the server."""
        return self.values["fetch_only_unread"].value is True

    @property
    def pushes_read_status(self) -> bool:
        """What is marked here is marked on the server too; else nothing is written there."""
        return self.values["sync_read_status"].value is True

    @property
    def allows_changes(self) -> bool:
        """Mail may be moved and flagged on the server."""
        return self.values["allow_changes"].value is True

    def folder_for(self, use: SpecialUse) -> str | None:
        """The folder that was named for a use; None: it is to be found by itself."""
        value = self.values[use.setting_key].value
        return None if value is None else str(value)

    def origin(self, key: str) -> Origin:
        """Where the value of a personal setting comes from."""
        return self.values[key].origin


def effective(
    own: Mapping[str, Value],
    office: Mapping[str, Value],
    *,
    by_domain: Provider | None = None,
    by_mx: Provider | None = None,
    by_grant: Provider | None = None,
) -> Effective:
    """The settings in force.

    Args:
        own: what is set for the mailbox; missing or None inherits.
        office: what is set for the office; missing or None is the default.
        by_domain: the provider of the address's exact domain.
        by_mx: the provider that the domain's MX points to.
        by_grant: the provider that the mailbox is connected to with a permission: its tokens
            open nothing anywhere else.
    """
    known = by_grant or by_domain
    values = _server_block(own, office, known, by_mx)
    values |= {
        key: _first((own, Origin.OWN), (office, Origin.OFFICE), key=key)
        for key in PERSONAL_KEYS
        if key not in values
    }
    return Effective(values=values, provider=known or by_mx)


def _first(*sources: tuple[Mapping[str, Value], Origin], key: str) -> InForce:
    for values, origin in sources:
        if values.get(key) is not None:
            return InForce(value=values[key], origin=origin)
    return InForce(value=SETTINGS[key].default, origin=Origin.BUILT_IN)


def _server_block(
    own: Mapping[str, Value],
    office: Mapping[str, Value],
    by_domain: Provider | None,
    by_mx: Provider | None,
) -> dict[str, InForce]:
    block, origin = _inherited_block(own, office, by_domain, by_mx)
    encryption = _first((own, Origin.OWN), (block, origin), key="imap_encryption")
    port = _first((own, Origin.OWN), (block, origin), key="imap_port")
    encryption_is_own = encryption.origin is Origin.OWN
    if port.value is None or (encryption_is_own and port.origin is not Origin.OWN):
        port = InForce(
            value=Encryption(str(encryption.value)).port,
            origin=Origin.ENCRYPTION,
        )
    return {
        "imap_host": _first((own, Origin.OWN), (block, origin), key="imap_host"),
        "imap_encryption": encryption,
        "imap_port": port,
    }


def _inherited_block(
    own: Mapping[str, Value],
    office: Mapping[str, Value],
    by_domain: Provider | None,
    by_mx: Provider | None,
) -> tuple[Mapping[str, Value], Origin]:
    """Who sets the host sets all three; with a personal host nothing is inherited."""
    if own.get("imap_host") is not None:
        return {}, Origin.BUILT_IN
    if by_domain is not None:
        return _block_of(by_domain), Origin.KNOWN_PROVIDER
    if office.get("imap_host") is not None:
        return office, Origin.OFFICE
    if by_mx is not None:
        return _block_of(by_mx), Origin.MX
    return {}, Origin.BUILT_IN


def _block_of(provider: Provider) -> dict[str, Value]:
    server = provider.server
    return {
        "imap_host": server.host,
        "imap_encryption": server.encryption.value,
        "imap_port": server.port,
    }
