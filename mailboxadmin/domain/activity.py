"""The words of the activity log: what can be logged, how loud it is, who did it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any


class Level(IntEnum):
    """How much an entry matters; higher is louder, so that a minimum can be asked for."""

    #: A sync that found nothing: kept for a week only.
    ROUTINE = 10
    INFO = 20
    WARNING = 30
    ERROR = 40

    @property
    def word(self) -> str:
        """The level as scripts and filters write it."""
        return self.name.lower()


class Code(StrEnum):
    """`subject.event`, past tense. The list may grow; a code never changes its meaning."""

    LOGIN_SUCCEEDED = "login.succeeded"
    LOGIN_FAILED = "login.failed"
    LOGIN_ENDED = "login.ended"
    STAFF_ADDED = "staff.added"
    STAFF_INVITED = "staff.invited"
    STAFF_JOINED = "staff.joined"
    STAFF_CHANGED = "staff.changed"
    STAFF_DISABLED = "staff.disabled"
    STAFF_ENABLED = "staff.enabled"
    #: They, their mailbox and all that was stored of both are gone.
    STAFF_DELETED = "staff.deleted"
    #: They were given a link in which they choose another password.
    STAFF_PASSWORD_LINK_MADE = "staff.password_link_made"
    STAFF_PASSWORD_CHANGED = "staff.password_changed"
    SETTINGS_CHANGED = "settings.changed"
    MAILBOX_CONFIGURED = "mailbox.configured"
    MAILBOX_PAUSED = "mailbox.paused"
    MAILBOX_RESUMED = "mailbox.resumed"
    MAILBOX_RECOVERED = "mailbox.recovered"
    #: The owner was given a link in which they can mend it without signing in.
    MAILBOX_LINK_MADE = "mailbox.link_made"
    MAILBOX_LINK_USED = "mailbox.link_used"
    CERTIFICATE_TRUSTED = "certificate.trusted"
    CERTIFICATE_UNTRUSTED = "certificate.untrusted"
    CHECK_FINISHED = "check.finished"
    SYNC_FINISHED = "sync.finished"
    SYNC_FAILED = "sync.failed"
    SYNC_SKIPPED = "sync.skipped"
    SYNC_CANCELLED = "sync.cancelled"
    SYNC_TIMED_OUT = "sync.timed_out"
    #: A run ended without its closing entry: the process was killed or lost power.
    SYNC_INTERRUPTED = "sync.interrupted"
    FOLDER_MAPPED = "folder.mapped"
    FOLDER_MISSING = "folder.missing"
    FOLDER_RESET = "folder.reset"
    MESSAGE_QUARANTINED = "message.quarantined"
    MESSAGES_LISTED = "messages.listed"
    MAILBOX_EXPORTED = "mailbox.exported"
    MAILBOX_IMPORTED = "mailbox.imported"
    #: All that was stored of it was deleted here, this entry apart.
    MAILBOX_ERASED = "mailbox.erased"
    #: What was removed on the server will be deleted here, from a day on.
    RETENTION_ANNOUNCED = "retention.announced"
    RETENTION_PURGED = "retention.purged"
    READ_STATUS_MARKED = "read_status.marked"
    READ_STATUS_PUSHED = "read_status.pushed"
    READ_STATUS_PULLED = "read_status.pulled"
    READ_STATUS_FAILED = "read_status.failed"
    READ_STATUS_NO_UID = "read_status.no_uid"
    READ_STATUS_BACKFILLED = "read_status.backfilled"
    #: Read here and there, differently, before either knew of the other.
    READ_STATUS_CONFLICT = "read_status.conflict"
    #: Somebody wants mail moved or flagged on the server, or took that back.
    FILING_REQUESTED = "filing.requested"
    FILING_MOVED = "filing.moved"
    FILING_FLAGGED = "filing.flagged"
    #: The server could not be told; a person tries again, or lets it be.
    FILING_FAILED = "filing.failed"
    #: A permission was given, and opens the mailbox.
    #: The office's app at a provider, asked about before anybody connects.
    OAUTH_CHECKED = "oauth.checked"
    OAUTH_CONNECTED = "oauth.connected"
    OAUTH_REFRESHED = "oauth.refreshed"
    OAUTH_REFRESH_FAILED = "oauth.refresh_failed"
    #: Something will end that a person can renew in time.
    OAUTH_EXPIRING = "oauth.expiring"
    OAUTH_DISCONNECTED = "oauth.disconnected"
    #: Somebody came back from a provider without a permission that opens the mailbox.
    OAUTH_REFUSED = "oauth.refused"
    SCHEDULER_STARTED = "scheduler.started"
    SCHEDULER_STOPPED = "scheduler.stopped"
    SCHEDULER_STALLED = "scheduler.stalled"
    SCHEDULER_TOOK_OVER = "scheduler.took_over"
    #: Two of them work at the same time, which the lock should prevent.
    SCHEDULER_DOUBLED = "scheduler.doubled"
    #: The machine's clock was set while we ran, or had stood still.
    CLOCK_JUMPED = "clock.jumped"
    #: What will break if nobody acts, each told once.
    CERTIFICATE_EXPIRING = "certificate.expiring"
    DISK_FILLING = "disk.filling"
    MAILBOX_QUIET = "mailbox.quiet"
    FOLDER_COUNTS_DIFFER = "folder.counts_differ"
    #: *Run all* on the troubleshooting page came to its end, or was stopped.
    CHECKS_FINISHED = "checks.finished"
    #: The support bundle was downloaded, or written on the command line.
    BUNDLE_CREATED = "bundle.created"
    #: Somebody was told of what broke or works again.
    NOTICE_SENT = "notice.sent"
    NOTICE_FAILED = "notice.failed"
    NOTICE_TESTED = "notice.tested"
    #: Written, and read back.
    BACKUP_CREATED = "backup.created"
    #: The one of the day; those before are kept.
    BACKUP_FAILED = "backup.failed"
    BACKUP_RESTORED = "backup.restored"
    #: All stored secrets were sealed anew with another key.
    SECRETS_ROTATED = "secrets.rotated"
    #: A page of it is not what was written to it; told once until a backup is whole again.
    DATABASE_DAMAGED = "database.damaged"
    #: An index for searching was damaged, and is built anew from what is stored.
    SEARCH_REBUILT = "search.rebuilt"
    #: What is said to a mail server and by it is recorded, or no more.
    DEBUG_ENABLED = "debug.enabled"
    DEBUG_DISABLED = "debug.disabled"
    #: A person read or downloaded what was recorded of somebody else's mailbox.
    DEBUG_READ = "debug.read"
    #: A person deleted what was recorded.
    DEBUG_DELETED = "debug.deleted"
    #: A fault of our own; the page showed the entry's id.
    APP_FAILED = "app.failed"


#: The actor of what happens by itself.
SCHEDULER = "scheduler"
#: The actor of what is typed on the server.
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log, as it is written."""

    code: Code
    #: One sentence in plain words.
    message: str
    #: A person's address, `scheduler` or `command line`.
    actor: str
    level: Level = Level.INFO
    mailbox_id: int | None = None
    run_id: int | None = None
    #: Structured facts; never a secret, never the content of mail.
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One line of the log, as it is read."""

    id: int
    #: When it happened; of a repeated failure, the last time.
    at: datetime
    level: Level
    code: str
    #: The mailbox's address; None when it is about no mailbox.
    mailbox: str | None
    mailbox_id: int | None
    actor: str
    run_id: int | None
    message: str
    detail: dict[str, Any]
    #: How often it happened without anything else in between.
    times: int
    first_at: datetime
