"""Every setting: its key, kind, default, limits, and how a value is read from text.

A setting exists for the office; those marked `personal` also per mailbox, where
an empty value inherits. Values are kept and exchanged as text, so that the web
form, the command line and the table share one reading: `Setting.parse`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailboxadmin.domain import entered
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.mailbox import Encryption

#: A setting's value: a text, a number, or several names; None is "not set".
Value = str | int | tuple[str, ...] | None


class Kind(StrEnum):
    """How a value is read and shown."""

    TEXT = "text"
    #: A host name or IP address.
    HOST = "host"
    INTEGER = "integer"
    CHOICE = "choice"
    #: Folder names, one a line.
    FOLDERS = "folders"
    #: Hosts, host:port or networks, one a line or separated by commas.
    HOSTS = "hosts"


class Group(StrEnum):
    """How the settings page groups them."""

    SERVER = "Mail server"
    SYNC = "Checking for mail"
    PEOPLE = "People and network"
    KEEPING = "Keeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting and its limits."""

    key: str
    kind: Kind
    group: Group
    label: str
    #: One or two sentences under the field.
    help: str
    default: Value = None
    minimum: int = 0
    maximum: int = 0
    choices: tuple[str, ...] = ()
    #: May be set per mailbox too.
    personal: bool = False
    #: `minutes`, `seconds`; empty when it has none.
    unit: str = ""

    def parse(self, text: str) -> Value:
        """The value that `text` names; an empty text is None, which means the default.

        Raises:
            InvalidInput: it is out of the limits; the sentence says what is allowed.
        """
        text = text.strip()
        if not text:
            return None
        try:
            return _READERS[self.kind](self, text)
        except ValueError as fault:
            raise InvalidInput(self.key, str(fault)) from None

    def format(self, value: Value) -> str:
        """The text that `parse` reads back."""
        if value is None:
            return ""
        return "\n".join(value) if isinstance(value, tuple) else str(value)


_READERS: Final[dict[Kind, Callable[[Setting, str], Value]]] = {
    Kind.TEXT: lambda setting, text: entered.read_text(text, setting.maximum),
    Kind.HOST: lambda _, text: entered.read_host(text),
    Kind.INTEGER: lambda setting, text: entered.read_integer(
        text, setting.minimum, setting.maximum
    ),
    Kind.CHOICE: lambda setting, text: entered.read_choice(text, setting.choices),
    Kind.FOLDERS: lambda setting, text: entered.read_folders(text, setting.maximum),
    Kind.HOSTS: lambda _, text: entered.read_allowed_hosts(text),
}

_ALL = (
    Setting(
        key="imap_host",
        kind=Kind.HOST,
        group=Group.SERVER,
        label="IMAP server",
        help="The server of most mailboxes here. Gmail, Outlook and the like are known by the "
        "address and need nothing here.",
        personal=True,
    ),
    Setting(
        key="imap_encryption",
        kind=Kind.CHOICE,
        group=Group.SERVER,
        label="Encryption",
        help="SSL unless the server's operator says otherwise. Without encryption, passwords "
        "and mail can be read on the way.",
        default="ssl",
        choices=tuple(Encryption),
        personal=True,
    ),
    Setting(
        key="imap_port",
        kind=Kind.INTEGER,
        group=Group.SERVER,
        label="Port",
        help="Empty follows the encryption: 993 for SSL, 143 for STARTTLS and none.",
        minimum=1,
        maximum=65535,
        personal=True,
    ),
    Setting(
        key="folders",
        kind=Kind.FOLDERS,
        group=Group.SYNC,
        label="Folders to sync",
        help="One a line, as the server lists them.",
        default=("INBOX",),
        maximum=200,
        personal=True,
    ),
    Setting(
        key="check_every_minutes",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Check every",
        help="How long to wait after one look at a mailbox before the next.",
        default=5,
        minimum=3,
        maximum=1440,
        personal=True,
        unit="minutes",
    ),
    Setting(
        key="sync_timeout_seconds",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Longest run",
        help="A run ends after this time, keeps what it has, and goes on at its next turn.",
        default=300,
        minimum=30,
        maximum=3600,
        unit="seconds",
    ),
    Setting(
        key="parallel_syncs",
        kind=Kind.INTEGER,
        group=Group.SYNC,
        label="Mailboxes at once",
        help="How many mailboxes are synced at the same time.",
        default=8,
        minimum=1,
        maximum=64,
    ),
    Setting(
        key="help_contact",
        kind=Kind.TEXT,
        group=Group.PEOPLE,
        label="Whom to ask here",
        help="Shown to staff with everything that is wrong: a name, a number, a room.",
        maximum=200,
    ),
    Setting(
        key="allowed_internal_hosts",
        kind=Kind.HOSTS,
        group=Group.PEOPLE,
        label="Servers inside the office",
        help="Staff may name public servers on ports 143 and 993. List what else they may name: "
        "a host, host:port or a network such as 192.168.1.0/24.",
        default=(),
        maximum=200,
    ),
    Setting(
        key="activity_retention_days",
        kind=Kind.INTEGER,
        group=Group.KEEPING,
        label="Keep the activity log for",
        help="Routine entries, such as a sync that found nothing, are kept for 7 days.",
        default=90,
        minimum=1,
        maximum=3650,
        unit="days",
    ),
)

#: All settings by key, in the order of the page.
SETTINGS: Final[dict[str, Setting]] = {setting.key: setting for setting in _ALL}
PERSONAL_KEYS: Final = tuple(key for key, setting in SETTINGS.items() if setting.personal)


def setting(key: str) -> Setting:
    """The setting of that key.

    Raises:
        InvalidInput: there is none; the sentence lists those there are.
    """
    if key not in SETTINGS:
        raise InvalidInput(key, f"{key!r} is not a setting; there are: {', '.join(SETTINGS)}.")
    return SETTINGS[key]
