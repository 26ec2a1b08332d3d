"""A certificate that a server showed, as a person judges it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailboxadmin.domain.clock import rfc3339

#: Names of a certificate that a sentence has room for.
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a person may want to know of a certificate."""

    #: SHA-256 of the DER form, hex in lower case without colons.
    fingerprint: str
    #: The organisation that signed it, else its common name.
    issuer: str
    self_signed: bool
    #: The host names and addresses it is for.
    names: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime

    def validity(self, now: datetime) -> str:
        """`good for 61 days`, `expired on 2020-01-01`, `not valid before 2035-01-01`."""
        if now < self.starts_at:
            return f"not valid before {self.starts_at:%Y-%m-%d}"
        if now >= self.ends_at:
            return f"expired on {self.ends_at:%Y-%m-%d}"
        days = (self.ends_at - now).days
        return f"good for {days} day{'' if days == 1 else 's'}"

    def sentence(self, now: datetime) -> str:
        """`certificate good for 61 days, from Let's Encrypt`."""
        return f"certificate {self.validity(now)}, {self._from()}"

    def description(self, now: datetime) -> str:
        """Everything needed to decide whether to pin it, on one line."""
        names = ", ".join(self.names[:_MOST_NAMES]) or "no name"
        more = ", …" if len(self.names) > _MOST_NAMES else ""
        return (
            f"certificate {self.validity(now)}, {self._from()}, for {names}{more}, "
            f"SHA-256 fingerprint {self.fingerprint}"
        )

    def _from(self) -> str:
        return "self-signed" if self.self_signed else f"from {self.issuer}"

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "fingerprint": self.fingerprint,
            "issuer": self.issuer,
            "self_signed": self.self_signed,
            "names": list(self.names),
            "starts_at": rfc3339(self.starts_at),
            "ends_at": rfc3339(self.ends_at),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Certificate":
        """The certificate that `as_json` wrote."""
        return cls(
            fingerprint=stored["fingerprint"],
            issuer=stored["issuer"],
            self_signed=stored["self_signed"],
            names=tuple(stored["names"]),
            starts_at=datetime.fromisoformat(stored["starts_at"]),
            ends_at=datetime.fromisoformat(stored["ends_at"]),
        )
