"""What rehearsals need beside the sample office's servers: names, and bad certificates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.rehearsal_network import rehearsal_network
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.demo.stage import Stage
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.overview.board import mailbox_by_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Props:
    """A name server and an authority, made for one start of the sample office."""

    names: NameServer
    certificates: Certificates

    def at_hand(self, deps: Deps) -> Deps:
        """The tools by which the names of rehearsals are found, and their authority is trusted."""
        authority = self.certificates.ca_file
        return replace(deps, network=rehearsal_network(deps.network, self.names, authority))

    def stage(
        self,
        deps: Deps,
        server: DemoImapServer,
        provider: LocalProvider,
        people: Sequence[SamplePerson],
    ) -> Stage:
        """Everything in its place, in an office that is furnished.

        Raises:
            NotFound: the person who rehearses is not in the office.
        """
        person = next(each for each in people if each.rehearses)
        return Stage(
            deps=deps,
            mailbox_id=mailbox_by_address(deps, person.email).id,
            person=person,
            server=server,
            provider=provider,
            names=self.names,
            certificates=self.certificates,
        )


@contextmanager
def props() -> Iterator[Props]:
    """Have them until the block ends."""
    with TemporaryDirectory() as folder, NameServer() as names:
        yield Props(names=names, certificates=Certificates(Path(folder)))
