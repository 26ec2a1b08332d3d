"""The environment, read once: every value checked, every fault one sentence."""

import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click
from cryptography.fernet import Fernet

from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.machine.room import NO_ROOM
from mailboxadmin.store.key_file import read_or_make_keys

PREFIX = "MAILBOXADMIN_"

#: Where the OAuth providers answer, for sovereign clouds and for tests.
PROVIDER_URLS = (
    "GMAIL_AUTHORIZE_URL",
    "GMAIL_TOKEN_URL",
    "GMAIL_REVOKE_URL",
    "OUTLOOK_AUTHORITY",
)

#: What we, or a file system, put into an instance folder.
_OURS = (
    "mailboxadmin",
    "secret.key",
    "serve.lock",
    "scheduler.lock",
    "backup.lock",
    "locks",
    "logs",
    "debug",
    "backups",
    "demo",
)
#: What lies in a checkout's folder, or at the root of a file system.
_HARMLESS = ("README.md", "lost+found", ".")

T = TypeVar("T")


class ConfigFault(MailboxAdminError, click.ClickException):
    """Raised when the start is not possible; the text is one line that says what to mend.

    The `flask` command prints it as that line, and no traceback, because it is one of click's.
    """

    exit_code = 2


class KeyFault(ConfigFault):
    """Raised when the key file cannot be used."""

    def __init__(self, summary: str, fix: str) -> None:
        super().__init__(f"{summary} {fix}")
        self.summary = summary
        self.fix = fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the environment says."""

    #: Folder of the database, the key file, logs and backups; absolute.
    instance: Path
    #: A SQLAlchemy URL.
    database_url: str
    #: False: this process never runs the scheduler.
    scheduler: bool = True
    #: The bearer token for `/metrics`; None: the page does not exist.
    metrics_token: str | None = field(default=None, repr=False)
    #: The public address, without a slash at the end.
    base_url: str = "http://localhost:8000"
    #: Fernet keys, newest first; None: the key file's.
    secret_keys: tuple[str, ...] | None = field(default=None, repr=False)
    #: How many reverse proxies to believe.
    trusted_proxies: int = 0
    #: A file of certificates to trust beside the system's; None if there is none.
    ca_file: str | None = None
    #: The OAuth providers' addresses that differ from their own, by name (see `PROVIDER_URLS`).
    provider_urls: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read and check all variables.

        Raises:
            ConfigFault: one of them cannot be used.
        """
        instance = _read(environ, "INSTANCE", _folder) or Path("instance").absolute()
        provider_urls = {name: _read(environ, name, _https_url) for name in PROVIDER_URLS}
        return cls(
            instance=instance,
            database_url=_read(environ, "DATABASE_URL", _database_url)
            or f"sqlite:///{instance / 'mailboxadmin.db'}",
            scheduler=_read(environ, "SCHEDULER", _on_off) is not False,
            metrics_token=_read(environ, "METRICS_TOKEN", _token),
            base_url=_read(environ, "BASE_URL", _base_url) or "http://localhost:8000",
            secret_keys=_read(environ, "SECRET_KEYS", _keys),
            trusted_proxies=_read(environ, "TRUSTED_PROXIES", _count) or 0,
            ca_file=_ca_file(environ),
            provider_urls={name: url for name, url in provider_urls.items() if url},
        )

    @property
    def key_file(self) -> Path:
        """Where the key is kept when it is not in the environment."""
        return self.instance / "secret.key"

    @property
    def database_file(self) -> Path:
        """Where the database is; a relative address begins in the instance folder."""
        path = self.database_url.removeprefix("sqlite:///").partition("?")[0]
        return self.instance / path

    def keys(self) -> tuple[str, ...]:
        """The keys that open the secrets, newest first; made at the first start.

        Raises:
            KeyFault: the key file cannot be read, or holds no key.
            OSError: there is no room to make it.
        """
        if self.secret_keys is not None:
            return self.secret_keys
        try:
            keys = read_or_make_keys(self.key_file)
        except OSError as fault:
            if fault.errno in NO_ROOM:
                raise
            raise KeyFault(
                f"The key file {self.key_file} cannot be read: {fault.strerror}.",
                "Check who owns it; without it no stored secret can be opened.",
            ) from None
        try:
            return _keys(",".join(keys))
        except ValueError:
            raise KeyFault(
                f"The key file {self.key_file} holds no key.",
                "Put the right file back; if it is lost, move this one away: a new one is made "
                "and every secret is asked for again.",
            ) from None


def prepare_instance(config: Config) -> None:
    """Make the instance folder, for this user only.

    Raises:
        ConfigFault: it cannot be made or entered, or is somebody else's; or the database is to
            be in a folder that does not exist, or is one itself.
    """
    try:
        config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_foreign(config)
        config.instance.chmod(0o700)
    except OSError as fault:
        raise ConfigFault(
            f"{PREFIX}INSTANCE: the folder {config.instance} cannot be used ({fault.strerror}); "
            "name a folder that this user may write."
        ) from None
    # Only now: the database may be meant for the folder that was just made.
    folder = config.database_file.parent
    if not os.path.isdir(folder):
        raise ConfigFault(
            f"{PREFIX}DATABASE_URL: there is no folder {folder}; make it, or name another."
        )
    if os.path.isdir(config.database_file):
        raise ConfigFault(
            f"{PREFIX}DATABASE_URL: {config.database_file} is a folder; name a file in it, as "
            f"sqlite:///{config.database_file}/mailboxadmin.db."
        )


def _refuse_foreign(config: Config) -> None:
    """Making `/var/lib` or a home folder private would break what else lives there."""
    # With keys in the environment there is no key file.
    database = config.database_file
    if config.key_file.exists() or (database.parent == config.instance and database.exists()):
        return
    ours = _OURS + _HARMLESS
    others = [each.name for each in config.instance.iterdir() if not each.name.startswith(ours)]
    if others:
        raise ConfigFault(
            f"{PREFIX}INSTANCE: the folder {config.instance} holds other things "
            f"({min(others)!r}) and would be closed to them; name an empty folder."
        )


def _read(environ: Mapping[str, str], name: str, reader: Callable[[str], T]) -> T | None:
    text = environ.get(PREFIX + name, "").strip()
    if not text:
        return None
    try:
        return reader(text)
    except ValueError as fault:
        raise ConfigFault(f"{PREFIX}{name}: {fault}") from None


def _on_off(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError(f"{text!r} is not allowed; use on or off.")
    return text.lower() == "on"


def _folder(text: str) -> Path:
    if "?" in text or not text.isprintable():
        raise ValueError(f"{text!r} is not allowed; name a folder without '?' or line breaks.")
    return Path(os.path.expanduser(text)).absolute()


def _database_url(text: str) -> str:
    if not text.startswith("sqlite:///") or text == "sqlite:///" or ":memory:" in text:
        raise ValueError("only SQLite is supported; write it as sqlite:////folder/mailboxadmin.db.")
    return text


def _token(text: str) -> str:
    if len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("the token is too weak; use at least 16 letters and digits.")
    return text


def _base_url(text: str) -> str:
    if not _is_url(text, ("http", "https")) or urlsplit(text).path.strip("/"):
        raise ValueError(
            f"{text!r} is not an address; write it as https://mail.example.org, without a path."
        )
    return text.rstrip("/")


def _https_url(text: str) -> str:
    # Plain http is for a test provider on this machine; a token never crosses a network in clear.
    local = text.startswith(("http://localhost", "http://127.0.0.1", "http://[::1]"))
    if not _is_url(text, ("http",) if local else ("https",)):
        raise ValueError(f"{text!r} is not allowed; write it as https://login.example.org/path.")
    return text.rstrip("/")


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    return bool(usable and plain and not (parts.query or parts.fragment or parts.username))


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(
                f"key {position} is not a Fernet key (32 bytes in URL-safe base64, 44 characters)."
            ) from None
    if not keys:
        raise ValueError("no key is given; separate several with commas, the newest first.")
    return keys


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 10:
        raise ValueError(f"{text!r} is not allowed; use a whole number from 0 to 10.")
    return int(text)


def _ca_file(environ: Mapping[str, str]) -> str | None:
    path = environ.get("SSL_CERT_FILE") or None
    if path is None:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as fault:
        reason = fault.strerror or "it holds no certificate"
        if isinstance(fault, ssl.SSLError):
            reason = "it holds no certificate"
        raise ConfigFault(
            f"SSL_CERT_FILE: {path!r} cannot be used ({reason}); name a file of PEM certificates."
        ) from None
    return path
