"""Text that may be given to others: people, secrets and paths covered; hosts and codes kept.

Who helps needs to know which provider and which server it is, never whose mailbox: each
person is `person-1`, `person-2` in all of it, so that what belongs together stays so.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.bundle import logins_of_all, people_of_all
from mailboxadmin.store.doctor import sealed_secrets

_ADDRESS = re.compile(r"[\w.+=-]+@[\w-]+(?:\.[\w-]+)+")
#: Tokens and keys: longer than any word, and without what parts names and paths.
_TOKEN = re.compile(r"(?<![\w/.-])[A-Za-z0-9_\-+=~]{32,}(?![\w/.])")
#: The part of a web address behind the host may be a secret of its own.
_URL = re.compile(r"(https?://)(?:[^\s/@\"']+@)?([^\s/\"'<>]+)(/[^\s\"'<>]*)?")
_KNOWN_PATHS = ("/oauth/callback/gmail", "/oauth/callback/outlook")
#: Shorter names are parts of words.
_SHORTEST = 3
COVER = "•••"


@dataclass(frozen=True)
class Cover:
    """Covers what belongs to the people of one office."""

    #: What stands in place of each address, login and name, longest first.
    names: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    instance: str

    @classmethod
    def of(cls, deps: Deps) -> "Cover":
        """Everybody and everything of this office.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        names: dict[str, str] = {}
        with deps.store.read() as db:
            people, logins = people_of_all(db), logins_of_all(db)
            sealed = sealed_secrets(db)
        for number, (staff_id, email, name) in enumerate(people, start=1):
            stand_in = f"person-{number}"
            for known in (email, name, *name.split()[:1], *logins.get(staff_id, ())):
                if len(known) >= _SHORTEST:
                    names.setdefault(known, stand_in)
        return cls(
            names=tuple(sorted(names.items(), key=lambda each: -len(each[0]))),
            secrets=tuple(filter(None, (_opened(deps, each) for each in sealed))),
            instance=str(deps.instance),
        )

    def text(self, said: str) -> str:
        """The text without any of it."""
        for secret in self.secrets:
            said = said.replace(secret, COVER)
        said = said.replace(self.instance, "<instance>")
        if self._pattern is not None:
            said = self._pattern.sub(lambda found: self._by_name[found[0].casefold()], said)
        said = _ADDRESS.sub("<address>", said)
        said = _URL.sub(_host_only, said)
        return _TOKEN.sub("<id>", said)

    def value(self, said: Any) -> Any:
        """The same for what will be JSON; keys are ours and stay."""
        if isinstance(said, str):
            return self.text(said)
        if isinstance(said, dict):
            return {str(key): self.value(each) for key, each in said.items()}
        if isinstance(said, list | tuple):
            return [self.value(each) for each in said]
        return said

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.casefold(): stand_in for name, stand_in in reversed(self.names)}

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self.names:
            return None
        # An address in whatever case; a name as it is written, for it may be a word, too.
        words = [
            f"(?i:{re.escape(name)})" if "@" in name else re.escape(name) for name, _ in self.names
        ]
        return re.compile(rf"(?<![\w@.])(?:{'|'.join(words)})(?![\w@])")


def _host_only(found: re.Match[str]) -> str:
    path = found[3] or ""
    kept = path if path in ("", "/", *_KNOWN_PATHS) else "/…"
    return f"{found[1]}{found[2]}{kept}"


def _opened(deps: Deps, sealed: bytes) -> str:
    try:
        secret = deps.vault.open(sealed)
    except SecretUnreadable:
        return ""
    # One or two letters would cover half of every text.
    return secret if len(secret) > _SHORTEST else ""
