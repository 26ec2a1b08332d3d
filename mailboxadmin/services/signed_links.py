"""Links that are signed, expire, and work once.

A token carries an id, a nonce and when it was signed. Whoever reads it compares the nonce
with the one that stands in that row until the link is used or replaced: the signature
keeps out what was not made here, the nonce what was made here and is over.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from mailboxadmin.domain.clock import Clock
from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.services.deps import Deps


class LinkUnreadable(MailboxAdminError):
    """Raised when a token was not made here for this purpose, or is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a signed token carries."""

    #: Whom or what the link is for.
    about: int
    nonce: str
    #: To the second.
    signed_at: datetime

    def has(self, nonce: str | None) -> bool:
        """True when this is the nonce that it carries; the time it takes tells nothing."""
        return nonce is not None and secrets.compare_digest(nonce.encode(), self.nonce.encode())

    def is_older_than(self, age: timedelta, now: datetime) -> bool:
        """True when it was signed longer ago than that."""
        return now - self.signed_at > age


def new_nonce() -> str:
    """128 bits that nobody guesses."""
    return secrets.token_urlsafe(16)


def sign(deps: Deps, purpose: str, about: int, nonce: str) -> str:
    """The token for the address of a link.

    Args:
        purpose: a token for one purpose cannot be read for another.
    """
    return _serializer(deps, purpose).dumps([about, nonce])


def read_token(deps: Deps, purpose: str, text: str) -> Token:
    """What a token carries; whether it still holds is the caller's to see.

    Raises:
        LinkUnreadable: it was not made here for this purpose, or is not whole.
    """
    try:
        (about, nonce), signed_at = _serializer(deps, purpose).loads(text, return_timestamp=True)
    except (BadData, ValueError):
        raise LinkUnreadable("This link is not whole.") from None
    return Token(about=about, nonce=nonce, signed_at=signed_at)


class _Signer(TimestampSigner):
    """Takes the time from our clock."""

    def __init__(self, secret_key: bytes, *, clock: Clock, **options: object) -> None:
        super().__init__(secret_key, **options)  # type: ignore[arg-type]
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock.now().timestamp())


def _serializer(deps: Deps, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        deps.vault.derived_key(purpose), signer=_Signer, signer_kwargs={"clock": deps.clock}
    )
