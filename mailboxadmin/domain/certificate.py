"""A certificate that a server showed, as a person judges it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.counted import counted

#: Names of a certificate that a sentence has room for.
_MOST_NAMES = 5
#: Ten years: of an end that is farther away, the days say nothing to anybody.
_LONG = timedelta(days=3653)
#: The last instant that a certificate can name; it means that there is none (RFC 5280, 4.1.2.5).
_NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


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
    #: The host that showed it, as it was asked for; empty when it was not shown by one.
    host: str = ""
    #: The authorities that this machine trusts vouch for it at that host.
    vouched: bool = False

    def validity(self, now: datetime) -> str:
        """`good for 61 days`, `expired on …`, `not valid before 2035-01-01`.

        One that outlives those who read it: `good until 1 Jan 3000`, `good without end`.
        """
        if now < self.starts_at:
            return f"not valid before {self.starts_at:%Y-%m-%d}"
        if now >= self.ends_at:
            return f"expired on {self.ends_at:%Y-%m-%d}"
        if self.ends_at == _NO_END:
            return "good without end"
        if self.ends_at - now > _LONG:
            return f"good until {self.ends_at.day} {self.ends_at:%b %Y}"
        days = (self.ends_at - now).days
        return f"good for {counted(days, 'day')}"

    def sentence(self, now: datetime) -> str:
        """`certificate for imap.example.org, from Let's Encrypt, good for 61 days`.

        Of many names the one that fits the host, else the first.
        """
        fitting = [name for name in self.names if covers(name, self.host)]
        first = (*fitting, *self.names)[:1]
        name = f"for {first[0]}" if first else "without a name"
        return f"certificate {name}, {self.origin}, {self.validity(now)}"

    def description(self, now: datetime) -> str:
        """Everything needed to decide whether to pin it, on one line."""
        names = f"for {', '.join(self.names[:_MOST_NAMES])}" if self.names else "without a name"
        more = ", …" if len(self.names) > _MOST_NAMES else ""
        return (
            f"certificate {self.validity(now)}, {self.origin}, {names}{more}, "
            f"SHA-256 fingerprint {self.fingerprint}"
        )

    @property
    def origin(self) -> str:
        """`self-signed`, `from Let's Encrypt`."""
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
            "host": self.host,
            "vouched": self.vouched,
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
            host=stored["host"],
            vouched=stored["vouched"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Exactly one certificate that is trusted for one host, by somebody's decision."""

    host: str
    #: SHA-256, hex in lower case without colons.
    fingerprint: str
    pinned_at: datetime
    #: A person's address or `command line`; empty when it is not known any more.
    pinned_by: str
    #: What it said of itself; None when only its fingerprint was given.
    certificate: Certificate | None = None


def covers(name: str, host: str) -> bool:
    """Whether a name in a certificate is that host; `*` stands for its first label (RFC 6125)."""
    name, host = name.lower(), host.lower().rstrip(".")
    if not name.startswith("*."):
        return name == host
    label, _, rest = host.partition(".")
    return bool(label) and rest == name[2:]
