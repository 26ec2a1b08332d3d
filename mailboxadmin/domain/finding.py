"""What is wrong with a mailbox, and who can do what about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """Where on the way to the mail something happened, in the order of the way."""

    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    GREETING = "greeting"
    TOKEN = "token"
    AUTH = "auth"
    FOLDERS = "folders"
    FETCH = "fetch"
    PUSH = "push"
    LOCAL = "local"


class Fixer(StrEnum):
    """Who acts."""

    #: The staff member whose mailbox it is.
    OWNER = "owner"
    #: Who runs Mailbox Admin.
    ADMIN = "admin"
    #: Who runs the mail server.
    MAIL_HOST = "mail_host"
    #: The Google Workspace, Microsoft 365, Google Cloud or Entra admin.
    PROVIDER_ADMIN = "provider_admin"
    #: Nobody needs to: it is tried again.
    NOBODY = "nobody"


class Scope(StrEnum):
    """How far one cause reaches."""

    MAILBOX = "mailbox"
    #: All mailboxes on one OAuth app.
    PROVIDER_APP = "provider_app"
    #: All mailboxes on one host.
    MAIL_SERVER = "mail_server"
    THIS_MACHINE = "this_machine"


#: The codes by which a server refuses who signs in; it may lock the account or ban the address.
REFUSALS = frozenset(
    {
        "auth.bad_credentials",
        "auth.app_password_required",
        "auth.password_login_disabled",
        "auth.imap_disabled",
        "auth.web_login_required",
        "auth.contact_provider",
        "auth.token_refused",
    }
)
#: The codes by which a consent has ended: only a person can give another.
ENDED_CONSENT = frozenset(
    {
        "oauth.grant_expired",
        "oauth.consent_required",
        "oauth.wrong_account",
        "oauth.mfa_required",
        "oauth.policy_blocked",
        "oauth.account_disabled",
    }
)

#: The codes by which a server asks for fewer or later commands.
SLOW_DOWN = frozenset({"server.throttled", "server.bandwidth_limit"})

#: What goes on by itself afterwards, but never goes away by itself: a full disk stays full.
BY_HAND_ONLY = frozenset({"local.disk_full", "local.database_damaged", "local.database_read_only"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong; the same object in the pages, the log and the command line."""

    #: A code of the catalogue, such as `auth.bad_credentials`.
    code: str
    phase: Phase
    #: One sentence for an admin who is not a mail expert.
    summary: str
    #: Why it happens; names both causes where the server's words leave two open.
    cause: str
    fix_by: Fixer
    #: What to do, in order; empty only when nobody can do anything but wait.
    steps: tuple[str, ...]
    #: The form field to correct; None when no field of ours is at fault.
    field: str | None
    scope: Scope
    #: Retried by itself; otherwise someone must act.
    temporary: bool
    #: The server's own text, secrets masked; None when no server spoke.
    server_said: str | None

    @property
    def refused_credentials(self) -> bool:
        """True when the server counts this try: see the retry rules (docs/retry.md).

        A NO to the sign-in in words nobody knows may well mean a wrong password.
        """
        return self.code in REFUSALS or (self.code == "unknown" and self.phase is Phase.AUTH)

    @property
    def consent_ended(self) -> bool:
        """True when no try by itself can help: the owner has to give a consent first."""
        return self.code in ENDED_CONSENT

    @property
    def waits_for_a_hand(self) -> bool:
        """True when trying again can help only after a person did something here."""
        return self.code in BY_HAND_ONLY

    @property
    def slow_down(self) -> bool:
        """True when the server asked for fewer or later commands."""
        return self.code in SLOW_DOWN

    def as_json(self) -> dict[str, Any]:
        """The object that scripts read, as the command line promises it."""
        return {
            "code": self.code,
            "phase": self.phase.value,
            "summary": self.summary,
            "cause": self.cause,
            "fix_by": self.fix_by.value,
            "steps": list(self.steps),
            "field": self.field,
            "scope": self.scope.value,
            "temporary": self.temporary,
            "server_said": self.server_said,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Finding":
        """The finding that `as_json` wrote."""
        return cls(
            code=stored["code"],
            phase=Phase(stored["phase"]),
            summary=stored["summary"],
            cause=stored["cause"],
            fix_by=Fixer(stored["fix_by"]),
            steps=tuple(stored["steps"]),
            field=stored["field"],
            scope=Scope(stored["scope"]),
            temporary=stored["temporary"],
            server_said=stored["server_said"],
        )
