"""Secrets at rest: sealed with Fernet, opened with any key of the ring.

Nothing outside this file sees a key. What must be derived from one, such as the
key that signs sessions and links, is derived here.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailboxadmin.domain.errors import SecretUnreadable


class Vault:
    """Seals with the newest key, opens with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys, newest first.

        Raises:
            ValueError: one of them is no Fernet key (32 bytes in URL-safe base64).
        """
        self._ring = MultiFernet([Fernet(key) for key in keys])
        self._newest = keys[0].encode()

    def seal(self, secret: str) -> bytes:
        """The sealed form, for the table."""
        return self._ring.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret.

        Raises:
            SecretUnreadable: none of the keys sealed it.
        """
        try:
            return self._ring.decrypt(sealed).decode()
        except InvalidToken:
            raise SecretUnreadable("The key that sealed this secret is not there.") from None

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes that depend on the newest key and the purpose (RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(
            self._newest
        )


def read_or_make_key(path: Path) -> str:
    """The key in the file, which is made with mode 0600 when it is missing.

    Raises:
        OSError: the file cannot be read or made.
    """
    if not path.exists():
        _make_key(path)
    return path.read_text(encoding="ascii", errors="replace").strip()


def _make_key(path: Path) -> None:
    """Put a new key there, whole or not at all; of two processes the first one wins."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(Fernet.generate_key().decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
