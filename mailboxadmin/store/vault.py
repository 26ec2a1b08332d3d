"""Secrets at rest: sealed with Fernet, opened with any key of the ring.

Nothing but this file and `key_file` sees a key. What must be derived from one, such as the
key that signs sessions and links, is derived here.

The key file may be changed while we run (`secrets rotate`), so it is looked at before each
use. Who seals does so in the transaction that writes: then what is sealed before the secrets
are sealed anew is sealed anew with them, and what comes after finds the new key.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.store.key_file import Stamp, read_keys, stamp_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ring:
    """Keys that hold together, newest first."""

    keys: tuple[str, ...] = field(repr=False)
    #: Of the file that they were read from; None: from none, or it was not looked at.
    stamp: Stamp | None = None

    @property
    def fernets(self) -> list[Fernet]:
        return [Fernet(key) for key in self.keys]


class Vault:
    """Seals with the newest key, opens with any."""

    def __init__(self, keys: Sequence[str], *, file: Path | None = None) -> None:
        """Take the keys, newest first.

        Args:
            file: where they come from; None: from the environment, which does not change.

        Raises:
            ValueError: one of them is no Fernet key (32 bytes in URL-safe base64).
        """
        self._file = file
        self._change = threading.Lock()
        self._ring = _Ring(keys=tuple(keys))
        #: What was read from the database before a change is opened after it.
        self._before = self._ring
        MultiFernet(self._ring.fernets)

    @property
    def count(self) -> int:
        """How many keys there are now."""
        return len(self._present().keys)

    def seal(self, secret: str) -> bytes:
        """The sealed form, for the table; asked for in the transaction that writes it."""
        return self._present().fernets[0].encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret.

        Raises:
            SecretUnreadable: none of the keys sealed it.
        """
        present = self._present()
        try:
            return MultiFernet(present.fernets + self._before.fernets).decrypt(sealed).decode()
        except InvalidToken:
            raise SecretUnreadable("The key that sealed this secret is not there.") from None

    def is_newest(self, sealed: bytes) -> bool:
        """True for what the newest key sealed."""
        try:
            self._present().fernets[0].decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes that depend on the newest key and the purpose (RFC 5869)."""
        newest = self._present().keys[0].encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(newest)

    def _present(self) -> _Ring:
        """The keys as the file has them now; a file that cannot be read changes nothing."""
        if self._file is None:
            return self._ring
        stamp = stamp_of(self._file)
        if stamp is None or stamp == self._ring.stamp:
            return self._ring
        with self._change:
            if stamp != self._ring.stamp:
                self._take(self._file, stamp)
            return self._ring

    def _take(self, file: Path, stamp: Stamp) -> None:
        try:
            ring = _Ring(keys=read_keys(file), stamp=stamp)
            MultiFernet(ring.fernets)
        except (OSError, ValueError) as fault:
            log.error("the key file was changed and cannot be used: %s", fault)
            ring = _Ring(keys=self._ring.keys, stamp=stamp)
        if ring.keys != self._ring.keys:
            self._before = self._ring
        self._ring = ring
