"""The placeholders of the texts, filled in for one mailbox.

Every placeholder has words for the case that its value is not known, so that a
sentence never shows a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailboxadmin.domain.certificate import Certificate
from mailboxadmin.domain.effective import Effective, Origin
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Fixer
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.retry import obeyed

#: A step that stands for the provider's own steps to an app password.
PROVIDER_STEPS = "{provider_steps}"
_INNER_QUOTES = str.maketrans({"\u201c": "\u2018", "\u201d": "\u2019"})
#: Names of a certificate that a sentence has room for.
_MOST_NAMES = 5
#: The form of the office's values; what is entered there is tested by the next sync.
_SETTINGS = "under Settings"
_SERVER_BLOCK = frozenset({"imap_host", "imap_port", "imap_encryption"})
_STEPS_ANYWHERE = (
    "Sign in to the account in a browser and make an app password there; it is usually under "
    "Security.",
    "Enter it under Mailbox Config.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The values of the placeholders."""

    values: dict[str, str]
    #: The recognised provider's way to an app password, or where to look for it.
    provider_steps: tuple[str, ...]

    @classmethod
    def of(
        cls,
        facts: Facts,
        *,
        address: str,
        owner: str,
        effective: Effective | None,
        help_contact: str,
        provider: Provider | None,
        keeper: Provider | None,
        app: Mapping[str, str],
        field: str | None,
        fixer: Fixer,
        slow_down: bool,
    ) -> "Wording":
        """The words for one failure of one mailbox.

        Args:
            keeper: the provider that runs the mail server; None when it is somebody's own.
            app: what things are called at the provider's OAuth app.
            slow_down: the server asked for fewer or later commands.
        """
        owner = owner or address
        host, server = _server(facts, effective)
        place = _place(field, effective, fixer, owner)
        speaker = app["company"] if facts.token else "the server"
        values = {
            "address": address,
            "owner": owner,
            "host": host,
            "server": server,
            "folder": f"“{facts.folder}”" if facts.folder else "of that name",
            "provider": provider.name if provider else host,
            "place": place,
            "save": "save it" if place == _SETTINGS else "test it and save",
            "keeper": _keeper(keeper, facts, host, address),
            "said": _said(facts, speaker),
            "silence": "" if quoted_words(facts) else _said(facts, speaker),
            "certificate": _certificate(facts.certificate),
            "detail": f"“{facts.detail}”" if facts.detail else "no words",
            "help": help_contact or "the admin of Mailbox Admin",
            "again": _again(facts.server_wait, slow_down=slow_down),
        }
        values = {name: without_links(value) for name, value in values.items()}
        values |= {name: words.format_map(values) for name, words in app.items()}
        return cls(values=values, provider_steps=provider.steps if provider else _STEPS_ANYWHERE)

    def fill(self, text: str, **more: str) -> str:
        """The text with its placeholders filled in.

        Raises:
            KeyError: the text has a placeholder that there is not (a test finds it).
        """
        filled = text.format_map(self.values | more).strip()
        # A sentence may begin with words that stand for a name: "the mail server", "the provider".
        return f"T{filled[1:]}" if filled.startswith("the ") else filled

    def spoken(self, text: str) -> str:
        """The text filled in, to be quoted: quotation marks in it become single ones."""
        return self.fill(text).translate(_INNER_QUOTES)

    def steps(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """The steps filled in, the provider's own put where the text asks for them."""
        filled: list[str] = []
        for text in texts:
            filled += self.provider_steps if text == PROVIDER_STEPS else (self.fill(text),)
        return tuple(filled)


def without_links(text: str) -> str:
    """The text with no `[words](address)`: only our own texts hide an address behind words."""
    return text.replace("](", "] (")


def _server(facts: Facts, effective: Effective | None) -> tuple[str, str]:
    server = effective.server if effective else None
    host = facts.host or (server.host if server else "")
    port = facts.port or (server.port if server else None)
    if not host:
        return "the mail server", "the mail server"
    return host, f"{host} (port {port})" if port else host


def _keeper(provider: Provider | None, facts: Facts, host: str, address: str) -> str:
    """Whom to ask about the mail server."""
    if provider is not None:
        return f"{provider.name}’s help"
    domain = address.rpartition("@")[2]
    # Nobody runs a server that does not exist.
    if facts.happening in (Happening.NAME_UNKNOWN, Happening.NO_SERVER) and domain:
        return f"whoever runs the mail of {domain}"
    return f"whoever runs {host}"


def _place(field: str | None, effective: Effective | None, fixer: Fixer, owner: str) -> str:
    """The form in which the value at fault is changed."""
    if fixer is Fixer.OWNER:
        return "under Mailbox Config"
    # Who names the host names the port and the encryption too, in the same form.
    keys = {"imap_host", field} if field in _SERVER_BLOCK else {field}
    values = effective.values if effective else {}
    if any(key in keys and each.origin is Origin.OFFICE for key, each in values.items()):
        return _SETTINGS
    return f"in {owner}’s Mailbox Config"


def _said(facts: Facts, speaker: str) -> str:
    said = quoted_words(facts)
    name = speaker[0].upper() + speaker[1:]
    if not said:
        return f"{name} gave no reason."
    end = "" if said.endswith((".", "!", "?")) else "."
    return f"{name}’s words: “{said}”{end}"


def quoted_words(facts: Facts) -> str | None:
    """What was said, to be quoted; a token endpoint may have given nothing but its `error`."""
    if facts.server_said or facts.token is None:
        return facts.server_said
    return facts.token.description or facts.token.error or None


def _certificate(shown: Certificate | None) -> str:
    if shown is None:
        return ""
    names = f"made for {', '.join(shown.names[:_MOST_NAMES])}" if shown.names else "without a name"
    more = " and others" if len(shown.names) > _MOST_NAMES else ""
    return (
        f"It is {shown.origin}, {names}{more}, "
        f"and good from {shown.starts_at:%Y-%m-%d} to {shown.ends_at:%Y-%m-%d}."
    )


def _again(wait: timedelta | None, *, slow_down: bool) -> str:
    if wait is None:
        return "after 5 minutes, then 15, then every hour"
    minutes = _minutes(obeyed(wait, slow_down=slow_down))
    named = "the time" if minutes == _minutes(wait) else "longer than"
    return f"in {minutes} minute{'s' if minutes > 1 else ''}, {named} the server named"


def _minutes(wait: timedelta) -> int:
    return -(-wait // timedelta(minutes=1))
