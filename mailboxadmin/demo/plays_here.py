"""Faults of a stored password that this program has, and cannot or may not use."""

from contextlib import ExitStack
from dataclasses import dataclass

from cryptography.fernet import Fernet

from mailboxadmin.demo.stage import HOST, Stage
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.secrets import put_password
from mailboxadmin.store.vault import Vault


@dataclass(frozen=True, slots=True)
class KeyLost:
    """The key that sealed the password is another one than this program has."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        lost = Vault([Fernet.generate_key().decode()])
        sealed = lost.seal(stage.person.imap_password)
        with stage.deps.store.write() as db:
            now, bound_to = stage.deps.clock.now(), str(stage.server.address)
            put_password(db, stage.mailbox_id, sealed, bound_to, now)
        return stage.deps


@dataclass(frozen=True, slots=True)
class ServerChanges:
    """The mailbox's server is another one now, and the password was entered for the one before."""

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        server = Server(host=HOST, port=stage.server.port, encryption=Encryption.NONE)
        stage.lead_to(server, password=False)
        return stage.deps
