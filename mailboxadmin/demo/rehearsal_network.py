"""The names of the rehearsals, which the sample office's own name server answers for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.cuttable import OnOpen
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.ladder import ignore
from mailboxadmin.imap.network import Network

#: A domain that exists nowhere (RFC 2606), so that no question about it is meant for the world.
DOMAIN: Final = "northlight.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalNetwork(Network):
    """The machine's own way to the world; names of the rehearsals are asked of `rehearsed`."""

    rehearsed: Network

    def resolve(self, host: str, deadline: Deadline, on_open: OnOpen = ignore) -> list[str]:
        """See `Network`."""
        if host.lower().endswith(f".{DOMAIN}"):
            return self.rehearsed.resolve(host, deadline, on_open)
        return Network.resolve(self, host, deadline, on_open)


def rehearsal_network(usual: Network, names: NameServer, authority: Path) -> RehearsalNetwork:
    """The network of an office in which findings can be rehearsed.

    Args:
        names: answers for the names of the rehearsals.
        authority: the certificate of who signs for the servers of the rehearsals; it is trusted
            beside those of `usual`, for connections to mail servers only.
    """
    if usual.ca_file is not None:
        with authority.open("a") as file:
            file.write(Path(usual.ca_file).read_text())
    return RehearsalNetwork(
        nameservers=usual.nameservers,
        ca_file=str(authority),
        rehearsed=Network(nameservers=((names.address, names.port),)),
    )
