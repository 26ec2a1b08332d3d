"""What the local provider has given out: codes, access tokens and refresh tokens.

    consent ──► code ──► access token + refresh token ──► access token (+ refresh token) ──► …
                 │ once, within 10 minutes      │ until revoked, ended, or replaced

At Google the refresh token stays the same and is not sent again. At Microsoft each refresh brings
a new one and the old one goes on working; with `strict_rotation` the old one dies as soon as the
new one has been used, as providers do that follow RFC 9700, 4.14.2. Everything is behind one lock.
"""

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailboxadmin.demo.provider_tokens import new_access_token, new_code, new_refresh_token
from mailboxadmin.demo.provider_values import (
    MAIL_SCOPES,
    OFFLINE_ACCESS,
    Consent,
    Given,
    Manner,
    Problem,
    Refused,
)
from mailboxadmin.domain.oauth import AppKey

#: How long a code is good (RFC 6749, 4.1.2: ten minutes at most).
CODE_LIFETIME = timedelta(minutes=10)

#: How long the access token of a permission lives that "ends at once".
BRIEF_LIFETIME_S = 60


@dataclass(slots=True)
class _Code:
    consent: Consent
    redirect_uri: str
    #: BASE64URL(SHA256(verifier)), RFC 7636, 4.2.
    challenge: str
    expires_at: datetime
    used: bool = False


@dataclass(slots=True)
class _Access:
    consent: Consent
    expires_at: datetime


@dataclass(slots=True)
class _Refresh:
    consent: Consent
    #: The one it came in the place of; None for the first of a consent.
    predecessor: str | None = None
    #: Why it is refused; None while it works.
    ended: Problem | None = None


class Grants:
    """The ledger of the provider; all methods may be called from any thread."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self._lock = threading.RLock()
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Access] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._delegates: set[tuple[str, str]] = set()
        self._known: set[tuple[AppKey, str]] = set()
        self._refreshes: dict[str, int] = {}

    def first_consent(self, key: AppKey, address: str) -> bool:
        """True until that account has agreed to something at that provider."""
        with self._lock:
            return (key, _plain(address)) not in self._known

    def code(self, consent: Consent, redirect_uri: str, challenge: str) -> str:
        """A new code for what somebody agreed to."""
        with self._lock:
            code = new_code(consent.key)
            self._codes[code] = _Code(
                consent, redirect_uri, challenge, expires_at=self.manner.now() + CODE_LIFETIME
            )
            self._known.add((consent.key, _plain(consent.address)))
            return code

    def redeem(self, key: AppKey, code: str, redirect_uri: str, verifier: str) -> Given:
        """The tokens for a code, once.

        Raises:
            Refused: it is unknown, used or too old, or what belongs to it does not fit.
        """
        with self._lock:
            kept = self._codes.get(code)
            if kept is None or kept.consent.key is not key:
                raise Refused(Problem.CODE_UNKNOWN)
            if kept.used:
                raise Refused(Problem.CODE_USED)
            if self.manner.now() >= kept.expires_at:
                raise Refused(Problem.CODE_EXPIRED)
            if redirect_uri != kept.redirect_uri:
                raise Refused(Problem.REDIRECT_CHANGED, value=redirect_uri)
            if not secrets.compare_digest(challenge_of(verifier).encode(), kept.challenge.encode()):
                raise Refused(Problem.VERIFIER_WRONG)
            kept.used = True
            return self.give(kept.consent)

    def give(self, consent: Consent, lifetime_s: int | None = None) -> Given:
        """Tokens for a consent, with a refresh token when it is to last."""
        with self._lock:
            refresh_token = None
            if consent.offline:
                refresh_token = new_refresh_token(consent.key)
                ended = Problem.REFRESH_ENDED if consent.brief else None
                self._refresh[refresh_token] = _Refresh(consent, ended=ended)
            return self._given(consent, refresh_token, lifetime_s)

    def refresh(self, key: AppKey, token: str, scopes: frozenset[str]) -> Given:
        """A new access token; at Microsoft with a new refresh token.

        Args:
            scopes: what is asked for; empty: what was granted.

        Raises:
            Refused: the refresh token works no more, or more is asked for than was granted.
        """
        with self._lock:
            kept = self._refresh.get(token)
            if kept is None or kept.consent.key is not key:
                raise Refused(Problem.REFRESH_UNKNOWN)
            if kept.ended:
                raise Refused(kept.ended)
            if scopes - kept.consent.scopes - {OFFLINE_ACCESS}:
                raise Refused(Problem.SCOPE_NOT_GRANTED)
            self._count(kept.consent.address)
            if key is AppKey.GMAIL:
                return self._given(kept.consent, None, None)
            return self._given(kept.consent, self._rotated(token, kept), None)

    def app_token(self, key: AppKey, client_id: str) -> Given:
        """A token of the app itself (client credentials); it opens no mailbox."""
        scopes = frozenset({"https://outlook.office.com/.default"})
        consent = Consent(key=key, address=f"app:{client_id}", scopes=scopes, offline=False)
        with self._lock:
            return self._given(consent, None, None)

    def revoke_token(self, token: str) -> None:
        """End the whole permission that an access or refresh token belongs to (RFC 7009).

        Raises:
            Refused: no such token, or it has ended already.
        """
        with self._lock:
            refresh, access = self._refresh.get(token), self._access.get(token)
            if refresh is not None and refresh.ended is None:
                consent = refresh.consent
            elif access is not None and self.manner.now() < access.expires_at:
                consent = access.consent
            else:
                raise Refused(Problem.TOKEN_UNKNOWN)
            self.revoke(consent.address, consent.key)

    def revoke(self, address: str, key: AppKey | None = None) -> None:
        """End every permission of an account, as it can on its provider's page."""
        with self._lock:
            for kept in self._refresh.values():
                if _concerns(kept.consent, address, key):
                    kept.ended = kept.ended or Problem.REFRESH_REVOKED
            self._known = {
                (k, a) for k, a in self._known if a != _plain(address) or key not in (None, k)
            }
            self.expire_access_tokens(address, key)

    def end_refresh_tokens(self, address: str, key: AppKey | None = None) -> None:
        """Let the refresh tokens of an account end by age; access tokens live on."""
        with self._lock:
            for kept in self._refresh.values():
                if _concerns(kept.consent, address, key):
                    kept.ended = kept.ended or Problem.REFRESH_ENDED

    def expire_access_tokens(self, address: str, key: AppKey | None = None) -> None:
        """Let every access token of an account be over now."""
        with self._lock:
            for kept in self._access.values():
                if _concerns(kept.consent, address, key):
                    kept.expires_at = min(kept.expires_at, self.manner.now())

    def delegate(self, shared: str, to: str) -> None:
        """Let the tokens of `to` open the mailbox `shared` too (Microsoft's full access)."""
        with self._lock:
            self._delegates.add((_plain(to), _plain(shared)))

    def opened_by(self, token: str) -> tuple[str, ...]:
        """The addresses whose mail an access token opens, its own account's first."""
        with self._lock:
            kept = self._access.get(token)
            if kept is None or self.manner.now() >= kept.expires_at:
                return ()
            if MAIL_SCOPES[kept.consent.key] not in kept.consent.scopes:
                return ()
            own = _plain(kept.consent.address)
            return own, *sorted(shared for to, shared in self._delegates if to == own)

    def account_of(self, token: str) -> str:
        """Whose a code or refresh token is; empty for an unknown one."""
        with self._lock:
            kept = self._refresh.get(token) or self._codes.get(token)
            return kept.consent.address if kept else ""

    def alive(self, address: str) -> tuple[str, ...]:
        """The refresh tokens of an account that still work, oldest first."""
        with self._lock:
            return tuple(
                token
                for token, kept in self._refresh.items()
                if kept.ended is None and _concerns(kept.consent, address, None)
            )

    def refreshes_of(self, address: str) -> int:
        """How often a refresh of that account was granted."""
        with self._lock:
            return self._refreshes.get(_plain(address), 0)

    def everything(self) -> frozenset[str]:
        """Every code and token ever given out, for tests that look for leaks."""
        with self._lock:
            return frozenset({*self._codes, *self._access, *self._refresh})

    def _rotated(self, token: str, kept: _Refresh) -> str:
        if self.manner.strict_rotation and kept.predecessor is not None:
            self._refresh[kept.predecessor].ended = Problem.REFRESH_UNKNOWN
        fresh = new_refresh_token(kept.consent.key)
        self._refresh[fresh] = replace(kept, predecessor=token)
        return fresh

    def _given(self, consent: Consent, refresh_token: str | None, lifetime_s: int | None) -> Given:
        seconds = self.manner.lifetime_s if lifetime_s is None else lifetime_s
        seconds = min(seconds, BRIEF_LIFETIME_S) if consent.brief else seconds
        access_token = new_access_token(consent.key)
        self._access[access_token] = _Access(
            consent, self.manner.now() + timedelta(seconds=seconds)
        )
        return Given(
            key=consent.key,
            access_token=access_token,
            lifetime_s=seconds,
            refresh_token=refresh_token,
            refresh_lifetime_s=self.manner.refresh_lifetime_s if refresh_token else None,
            scopes=consent.scopes - {OFFLINE_ACCESS},
        )

    def _count(self, address: str) -> None:
        self._refreshes[_plain(address)] = self._refreshes.get(_plain(address), 0) + 1


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _plain(address: str) -> str:
    return address.strip().lower()


def _concerns(consent: Consent, address: str, key: AppKey | None) -> bool:
    return _plain(consent.address) == _plain(address) and key in (None, consent.key)
