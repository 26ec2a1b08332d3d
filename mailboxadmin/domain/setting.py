"""What a setting is, and how its value is read from text.

Values are kept and exchanged as text, so that the web form, the command line and
the table share one reading: `Setting.parse`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailboxadmin.domain import app_entered, entered, notify_entered
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.oauth import AppKey

#: A setting's value: a text, a number, yes or no, or several names; None is "not set".
Value = str | int | bool | tuple[str, ...] | None


class Kind(StrEnum):
    """How a value is read and shown."""

    TEXT = "text"
    #: A host name or IP address.
    HOST = "host"
    INTEGER = "integer"
    CHOICE = "choice"
    #: `yes` or `no`; the value is a bool.
    YES_NO = "yes_no"
    #: One folder's name.
    FOLDER = "folder"
    #: Folder names, one a line.
    FOLDERS = "folders"
    #: Hosts, host:port or networks, one a line or separated by commas.
    HOSTS = "hosts"
    #: Kept sealed, never shown.
    SECRET = "secret"
    #: A day; the value is a text, as ISO 8601 writes it.
    DATE = "date"
    #: Addresses of mail, one a line or separated by commas.
    ADDRESSES = "addresses"


class Group(StrEnum):
    """How the settings page groups them."""

    SERVER = "Mail server"
    FOLDERS = "Folders"
    SYNC = "Checking for mail"
    READING = "Reading mail"
    PEOPLE = "People and network"
    KEEPING = "Keeping"
    #: On a page of its own.
    OAUTH = "OAuth"
    #: On a page of its own.
    TELLING = "Telling people"

    @property
    def apart(self) -> bool:
        """Its settings are not on the page with the others."""
        return self in (Group.OAUTH, Group.TELLING)


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
    #: What holds while nothing is set and there is no default, in words; empty: nothing.
    otherwise: str = ""
    #: The OAuth app that it is part of; None for all others.
    app: AppKey | None = None
    #: Reads it more closely than its kind does, raising ValueError; None: as its kind.
    reads: Callable[[str], Value] | None = None

    @property
    def is_secret(self) -> bool:
        """Its value is sealed, and nobody is shown more than whether there is one."""
        return self.kind is Kind.SECRET

    @property
    def full_label(self) -> str:
        """The label where no heading stands over it: there are two called Encryption."""
        apart = self.group is Group.TELLING
        return f"{self.label} (notifications)" if apart else self.label

    def parse(self, text: str) -> Value:
        """The value that `text` names; an empty text is None, which means the default.

        Raises:
            InvalidInput: it is out of the limits; the sentence says what is allowed.
        """
        text = text.strip()
        if not text:
            return None
        try:
            return self.reads(text) if self.reads else _READERS[self.kind](self, text)
        except ValueError as fault:
            raise InvalidInput(self.key, str(fault)) from None

    def format(self, value: Value) -> str:
        """The text that `parse` reads back."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return entered.YES if value else entered.NO
        return "\n".join(value) if isinstance(value, tuple) else str(value)


_READERS: Final[dict[Kind, Callable[[Setting, str], Value]]] = {
    Kind.TEXT: lambda setting, text: entered.read_text(text, setting.maximum),
    Kind.HOST: lambda _, text: entered.read_host(text),
    Kind.INTEGER: lambda setting, text: entered.read_integer(
        text, setting.minimum, setting.maximum
    ),
    Kind.CHOICE: lambda setting, text: entered.read_choice(text, setting.choices),
    Kind.YES_NO: lambda _, text: entered.read_yes_no(text),
    Kind.FOLDER: lambda _, text: entered.read_folder(text),
    Kind.FOLDERS: lambda setting, text: entered.read_folders(text, setting.maximum),
    Kind.HOSTS: lambda _, text: entered.read_allowed_hosts(text),
    Kind.SECRET: lambda _, text: app_entered.read_secret(text),
    Kind.DATE: lambda _, text: app_entered.read_day(text),
    Kind.ADDRESSES: lambda setting, text: notify_entered.read_addresses(text, setting.maximum),
}
