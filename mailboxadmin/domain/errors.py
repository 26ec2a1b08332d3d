"""What can go wrong, as values that the layers above decide upon.

An error here carries facts (which phase, what the server answered); it never
carries a verdict. Turning facts into a finding is the diagnosis' work.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.token import SignIn, TokenAnswer


class MailboxAdminError(Exception):
    """Base of all errors that the product raises on purpose; `str()` is one plain sentence."""


class InvalidInput(MailboxAdminError):
    """Raised when something a person entered cannot be accepted.

    Args:
        field: the form field or setting key that is at fault.
        sentence: what is wrong and what is allowed, for the person who typed it.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class InvalidInputs(MailboxAdminError):
    """Raised when several entries of one form cannot be accepted; nothing was saved.

    Args:
        faults: at least one, in the order of the form.
    """

    def __init__(self, faults: tuple[InvalidInput, ...]) -> None:
        super().__init__(" ".join(f"{fault.field}: {fault.sentence}" for fault in faults))
        self.faults = faults


class NotFound(MailboxAdminError):
    """Raised when the thing that was named does not exist (or is not this person's to see)."""


class AlreadyRunning(MailboxAdminError):
    """Raised when another run, in any process, holds the mailbox."""


class SecretUnreadable(MailboxAdminError):
    """Raised when none of the keys opens a stored secret."""


class StoreUnavailable(MailboxAdminError):
    """Raised when the database cannot be used at all: locked, read-only, newer, damaged."""


class Happening(StrEnum):
    """What happened on the way to the mail, before anybody judges it."""

    NAME_UNKNOWN = "name_unknown"
    RESOLVER_DOWN = "resolver_down"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    UNREACHABLE = "unreachable"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_WRONG_HOST = "certificate_wrong_host"
    #: Another one than was pinned for that host.
    CERTIFICATE_CHANGED = "certificate_changed"
    NOT_TLS = "not_tls"
    HANDSHAKE_FAILED = "handshake_failed"
    STARTTLS_MISSING = "starttls_missing"
    GREETING_TIMEOUT = "greeting_timeout"
    #: BYE, or closed before a greeting.
    GREETING_REFUSED = "greeting_refused"
    GREETING_NOT_IMAP = "greeting_not_imap"
    #: A tagged NO (or an untagged one that explains it).
    ANSWER_NO = "answer_no"
    #: A tagged BAD.
    ANSWER_BAD = "answer_bad"
    #: BYE after the greeting.
    ANSWER_BYE = "answer_bye"
    #: The connection ended without a BYE.
    CLOSED = "closed"
    #: No answer to a command in time.
    TIMEOUT = "timeout"
    #: An answer that is not IMAP.
    NOT_UNDERSTOOD = "not_understood"
    #: LOGINDISABLED is advertised and the connection is in clear.
    LOGIN_DISABLED = "login_disabled"
    #: The folder is not in the server's LIST.
    FOLDER_MISSING = "folder_missing"
    #: The folder is listed as \\Noselect or \\NonExistent.
    FOLDER_NOT_SELECTABLE = "folder_not_selectable"
    FOLDER_RESET = "folder_reset"
    #: The run reached its wall-clock deadline.
    DEADLINE = "deadline"
    DISK_FULL = "disk_full"
    DATABASE_BUSY = "database_busy"
    DATABASE_DAMAGED = "database_damaged"
    DATABASE_READ_ONLY = "database_read_only"
    SECRET_UNREADABLE = "secret_unreadable"
    PASSWORD_BOUND_ELSEWHERE = "password_bound_elsewhere"
    #: Nothing to connect to: no source names a server.
    NO_SERVER = "no_server"
    #: No password is stored for the mailbox.
    NO_PASSWORD = "no_password"
    #: The server has no way to sign in with a token, or is none that a token may be sent to.
    NO_TOKENS_HERE = "no_tokens_here"
    #: The OAuth app that the mailbox was connected with is not set up any more.
    NO_OAUTH_APP = "no_oauth_app"
    #: A token endpoint, or the provider at the callback, said no: `Facts.token` has its words.
    TOKEN_REFUSED = "token_refused"
    #: A token endpoint did not answer, or not as one.
    TOKEN_UNREACHABLE = "token_unreachable"
    #: A fault of our own, quoted as it came.
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is known about one failure."""

    phase: Phase
    happening: Happening
    #: The IMAP response code without brackets, upper case (`AUTHENTICATIONFAILED`); None if none.
    response_code: str | None = None
    #: The server's own text as it came, secrets masked; None when no server spoke.
    server_said: str | None = None
    #: What the machine said (an errno text, OpenSSL's reason), for the ladder's small print.
    detail: str = ""
    host: str | None = None
    port: int | None = None
    #: The folder at fault, decoded; None when it is not about a folder.
    folder: str | None = None
    #: What the cause probably is in this case, as a sentence; empty when nothing points to it.
    hint: str = ""
    #: The server's greeting and its answer to ID, by which a provider is recognised; empty
    #: before them.
    greeting: str = ""
    #: What the server says it can do, upper case; another way to recognise a provider.
    capabilities: frozenset[str] = frozenset()
    #: The back-off time that the server named.
    server_wait: timedelta | None = None
    #: The certificate that was refused; None when it is not about one, or it could not be had.
    certificate: Certificate | None = None
    #: With what it tried to sign in.
    sign_in: SignIn = SignIn.PASSWORD
    #: What the token endpoint answered; None when it was not asked.
    token: TokenAnswer | None = None


class MailFailure(MailboxAdminError):
    """Raised when a mailbox cannot be reached, opened or read; `facts` says what happened."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts.server_said or facts.detail or facts.happening.value)
        self.facts = facts


class Cancelled(MailboxAdminError):
    """Raised inside a run that a person asked to stop."""
