"""What the use cases work with, made once in `app.py` and handed to each as its first argument."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailboxadmin.diagnosis import Diagnosis, Providers
from mailboxadmin.domain.clock import Clock
from mailboxadmin.imap.network import Network
from mailboxadmin.oauth.client import TokenClient
from mailboxadmin.outbound.transport import Transport
from mailboxadmin.services.budget import ByteBudget
from mailboxadmin.services.live import Live
from mailboxadmin.services.pool import Pool
from mailboxadmin.services.running import Running
from mailboxadmin.services.web_time import WebTime
from mailboxadmin.store.store import Store
from mailboxadmin.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """The tools of one process."""

    store: Store
    clock: Clock
    vault: Vault
    #: How names are resolved and which authorities are trusted.
    network: Network
    #: How webhooks and the server that sends mail are reached.
    outbound: Transport
    #: What is asked of the OAuth providers.
    tokens: TokenClient
    diagnosis: Diagnosis
    providers: Providers
    #: Where runs and checks go on in the background.
    pool: Pool
    #: The runs of this process.
    running: Running
    #: The tests of connections that somebody watches.
    testing: Running = field(default_factory=Running)
    #: The mailboxes whose server tells this process of new mail.
    live: Live = field(default_factory=Live)
    #: Fetched mail that waits for the database.
    waiting_bytes: ByteBudget = field(default_factory=ByteBudget)
    #: Folder of the database, the key file, logs and backups.
    instance: Path
    #: None when the keys come from the environment.
    key_file: Path | None
    #: The public address, without a slash at the end.
    base_url: str
    #: What time others say it is.
    web_time: WebTime
    #: When the folders of a mailbox were last mapped to their uses by this process.
    mapped_at: dict[int, datetime] = field(default_factory=dict)
    #: Domains whose MX named no provider that is known, and when it may be asked for again.
    mx_again_at: dict[str, datetime] = field(default_factory=dict)
    #: The certificate that each server showed when it was last noted by this process, and when
    #: that was, by `host:port`.
    certificates: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    #: Whether a stored password looks like an app password, by the digest of its sealed form.
    app_passwords: dict[bytes, bool] = field(default_factory=dict)
    #: The errors of the log file that no page met, by the file's time and size when it was read.
    log_errors: dict[tuple[int, int], list[tuple[datetime, str]]] = field(default_factory=dict)
    #: The digests of sealed secrets that the keys of this process open.
    opened: set[bytes] = field(default_factory=set)
