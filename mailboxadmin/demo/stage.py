"""The mailbox that is kept for rehearsals, and everything that can be made to misbehave for it."""

import time
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from mailboxadmin.demo.agreeing import agree
from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.letter import INBOX
from mailboxadmin.demo.letters import new_letter
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.demo.people import SamplePerson
from mailboxadmin.demo.ports import LOOPBACK
from mailboxadmin.demo.provider import LocalProvider
from mailboxadmin.demo.rehearsal_network import DOMAIN
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.run import Outcome, SkipReason, SyncReport
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.sign_in.draft import SERVER_KEYS, Draft, SetBy
from mailboxadmin.services.sign_in.permission import disconnect
from mailboxadmin.services.syncing.sync import sync_mailbox

#: What the mailbox's server is called while it is tampered with.
HOST: Final = f"imap.{DOMAIN}"

#: A run of the scheduler may hold the mailbox; it is asked again so often, with such a pause.
_TRIES: Final = 300
_PAUSE_S: Final = 0.2


class NotPlayed(MailboxAdminError):
    """Raised when the mailbox was not synced to the end, so that nothing came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The servers and the mailbox; whatever is changed here, `rest` puts back."""

    deps: Deps
    mailbox_id: int
    person: SamplePerson
    server: DemoImapServer
    provider: LocalProvider
    names: NameServer
    certificates: Certificates
    #: Who plays; the changes are theirs in the log.
    actor: str = COMMAND_LINE

    def by(self, actor: str) -> "Stage":
        """The same, for who plays now."""
        return replace(self, actor=actor)

    def lead_to(self, server: Server, *, set_by: SetBy = "operator", password: bool = True) -> None:
        """Have the mailbox look for its mail there.

        Args:
            password: entered again for that server; else the one before stays bound to its own.
        """
        texts = {
            "imap_host": server.host,
            "imap_port": str(server.port),
            "imap_encryption": server.encryption.value,
        }
        entered = self.person.imap_password if password else None
        self._configure(Draft(texts=texts, password=entered), set_by)

    def lead_to_port(
        self, port: int, encryption: Encryption = Encryption.NONE, *, password: bool = True
    ) -> None:
        """The same, at a port of this machine, under the name of a mail server."""
        self.names.add(HOST, "A", LOOPBACK)
        server = Server(host=HOST, port=port, encryption=encryption)
        self.lead_to(server, password=password)

    def synced_folders(self, *names: str) -> None:
        """Have these synced beside those that always are."""
        folders = (INBOX, self.person.folders.sent, self.person.folders.archive, *names)
        self._configure(Draft(texts={"folders": "\n".join(folders)}), "operator")

    def permit(self, key: AppKey) -> None:
        """Let its owner agree at the provider, in place of the password."""
        agree(self.deps, self.mailbox_id, key, address=self.person.email)

    def disconnect(self) -> None:
        """Give up the permission, which leaves nothing to sign in with."""
        disconnect(self.deps, self.mailbox_id, actor=self.actor)

    def letters_arrive(self, count: int = 1, folder: str = INBOX) -> list[int]:
        """New mail, in a folder that is made where there is none; its UIDs."""
        now = self.deps.clock.now()
        letters = [new_letter(Random(), self.person, now) for _ in range(count)]
        filed = [replace(letter, folder=folder) for letter in letters]
        return self.server.fill(self.person.email, filed)

    def message_arrives(self, raw: bytes) -> None:
        """That message, byte for byte."""
        self.server.deliver(self.person.email, raw, at=self.deps.clock.now())

    def sync(self, deps: Deps | None = None) -> SyncReport:
        """Sync the mailbox, as *Sync now* does.

        Args:
            deps: the tools to do it with, where they are not the usual ones.

        Raises:
            NotPlayed: it did not come to its end.
        """
        for _ in range(_TRIES):
            report = sync_mailbox(deps or self.deps, self.mailbox_id, actor=self.actor)
            if report.outcome is Outcome.CANCELLED:
                raise NotPlayed("The sync was stopped before its end.")
            if report.reason is not SkipReason.RUNNING:
                return report
            time.sleep(_PAUSE_S)
        raise NotPlayed("Another sync of the mailbox did not end in time.")

    def rest(self) -> None:
        """Put everything back: the office's server, the password, the usual folders."""
        self.synced_folders()
        texts = dict.fromkeys(SERVER_KEYS, "")
        self._configure(Draft(texts=texts, password=self.person.imap_password), "operator")

    def _configure(self, draft: Draft, set_by: SetBy) -> None:
        configure_mailbox(
            self.deps, self.mailbox_id, draft, actor=self.actor, set_by=set_by, test=False
        )
