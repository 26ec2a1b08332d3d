"""The environment, read once: every value checked, every fault one sentence."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.store.vault import read_or_make_key

PREFIX = "MAILBOXADMIN_"

T = TypeVar("T")


class ConfigFault(MailboxAdminError):
    """Raised when the start is not possible; the text is one line that says what to mend."""


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

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read and check all variables.

        Raises:
            ConfigFault: one of them cannot be used.
        """
        instance = Path(environ.get(f"{PREFIX}INSTANCE") or "instance").expanduser().absolute()
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
        )

    @property
    def key_file(self) -> Path:
        """Where the key is kept when it is not in the environment."""
        return self.instance / "secret.key"

    def keys(self) -> tuple[str, ...]:
        """The keys that open the secrets, newest first; made at the first start.

        Raises:
            ConfigFault: the key file cannot be read, or holds no key.
        """
        if self.secret_keys is not None:
            return self.secret_keys
        try:
            key = read_or_make_key(self.key_file)
        except OSError as fault:
            raise ConfigFault(
                f"The key file {self.key_file} cannot be read: {fault.strerror}. "
                "Without it no stored secret can be opened."
            ) from None
        try:
            return _keys(key)
        except ValueError:
            raise ConfigFault(
                f"The key file {self.key_file} holds no key. Put the right file back; if it is "
                "lost, move this one away: a new one is made and every secret is asked for again."
            ) from None


def prepare_instance(config: Config) -> None:
    """Make the instance folder, for this user only.

    Raises:
        ConfigFault: it cannot be made or entered.
    """
    try:
        config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        config.instance.chmod(0o700)
    except OSError as fault:
        raise ConfigFault(
            f"{PREFIX}INSTANCE: the folder {config.instance} cannot be used ({fault.strerror}); "
            "name a folder that this user may write."
        ) from None


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


def _database_url(text: str) -> str:
    if not text.startswith("sqlite:///"):
        raise ValueError("only SQLite is supported; write it as sqlite:////folder/mailboxadmin.db.")
    return text


def _token(text: str) -> str:
    if len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("the token is too weak; use at least 16 letters and digits.")
    return text


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    usable = parts.scheme in ("http", "https") and parts.hostname
    if not usable or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{text!r} is not an address; write it as https://mail.example.org.")
    parts.port  # noqa: B018 - raises ValueError when the port is out of range
    return text.rstrip("/")


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
    if path is not None and not os.access(path, os.R_OK):
        raise ConfigFault(f"SSL_CERT_FILE: {path!r} cannot be read; name a file of certificates.")
    return path
