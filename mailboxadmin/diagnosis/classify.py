"""From what happened to what to do about it: facts in, a finding out.

Three sources of the code, the first that knows it wins; then the words and who acts:

    certain_code (happening and phase) -----------+
    catalogue (response code, words, provider) ---+--> code --> words filled in, who acts
    code_without_words (quoted, never guessed) ---+
"""

from dataclasses import dataclass
from functools import cache

from mailboxadmin.diagnosis.catalogue import Row, load_catalogue
from mailboxadmin.diagnosis.codes import Code, Codes, load_codes
from mailboxadmin.diagnosis.fixer import who_acts
from mailboxadmin.diagnosis.journey import certain_code, code_without_words
from mailboxadmin.diagnosis.providers import Providers, load_providers
from mailboxadmin.diagnosis.wording import Wording
from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import Finding, Fixer
from mailboxadmin.domain.provider import Provider

#: With these the call is the deed, not the last resort.
_CALL_FIRST = frozenset({Fixer.MAIL_HOST, Fixer.PROVIDER_ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Whose mailbox it is, and what holds for it."""

    address: str
    #: As the sentences call the owner; the address when it is empty.
    owner_first_name: str
    #: None when nothing is configured yet; then no value of ours has an origin.
    effective: Effective | None
    #: Whom to ask in this office; empty when nobody is named.
    help_contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The codes, the catalogue and the providers; loaded once, then only read."""

    codes: Codes
    #: In the order of trying.
    catalogue: tuple[Row, ...]
    providers: Providers

    @classmethod
    @cache
    def load(cls) -> "Diagnosis":
        """Read the three files, which are part of the package, once in a process."""
        return cls(codes=load_codes(), catalogue=load_catalogue(), providers=load_providers())

    def finding(self, facts: Facts, context: Context) -> Finding:
        """What is wrong, why, who mends it, and how."""
        recognised = self._recognise(facts, context)
        row = self._row(facts, recognised)
        code = self.codes.by_name[
            certain_code(facts) or (row.code if row else code_without_words(facts))
        ]
        # A BYE before sign-in keeps its code, whatever the catalogue has for its words.
        if row and row.code != code.name:
            row = None
        fixer = who_acts(code, row, context.effective)
        wording = Wording.of(
            facts,
            address=context.address,
            owner=context.owner_first_name,
            effective=context.effective,
            help_contact=context.help_contact,
            provider=recognised[0] if recognised else None,
            field=code.field,
            fixer=fixer,
        )
        return self._compose(code, row, fixer, wording, facts)

    def _recognise(self, facts: Facts, context: Context) -> list[Provider]:
        """The providers given away by host, greeting and address, the surest first."""
        server = context.effective.server if context.effective else None
        host = facts.host or (server.host if server else "")
        found = (
            self.providers.by_host(host),
            self.providers.by_greeting(facts.greeting),
            self.providers.by_domain(context.address),
        )
        return [provider for provider in found if provider is not None]

    def _row(self, facts: Facts, recognised: list[Provider]) -> Row | None:
        keys = {each.key for each in recognised}
        families = keys | {key.partition("_")[0] for key in keys}
        return next((row for row in self.catalogue if row.fits(facts, families)), None)

    def _compose(
        self, code: Code, row: Row | None, fixer: Fixer, wording: Wording, facts: Facts
    ) -> Finding:
        words = code.words | (row.words if row else {})
        steps = wording.steps(tuple(words["steps"]))
        after = wording.fill(words["after"])
        call = wording.fill(self.codes.calls[fixer], tell=wording.spoken(words["tell"]))
        return Finding(
            code=code.name,
            phase=facts.phase,
            summary=wording.fill(words["summary"]),
            cause=f"{facts.hint} {wording.fill(words['cause'])}".lstrip(),
            fix_by=fixer,
            steps=(*steps, call, after) if fixer in _CALL_FIRST else (*steps, after, call),
            field=code.field,
            scope=code.scope,
            temporary=code.temporary,
            server_said=facts.server_said,
        )
