"""From what happened to what to do about it: facts in, a finding out.

Four sources of the code, the first that knows it wins; then the words and who acts:

    certain_code (happening and phase) ------------+
    tokens (error, AADSTS number, words) ----------+
    catalogue (response code, words, provider) ----+--> code --> words filled in, who acts
    code_without_words (quoted, never guessed) ----+
"""

from dataclasses import dataclass, replace
from functools import cache

from mailboxadmin.diagnosis import briefly
from mailboxadmin.diagnosis.catalogue import Row, load_catalogue
from mailboxadmin.diagnosis.codes import Code, Codes, load_codes
from mailboxadmin.diagnosis.context import Context
from mailboxadmin.diagnosis.delivery import as_facts, code_of
from mailboxadmin.diagnosis.fixer import who_acts
from mailboxadmin.diagnosis.journey import certain_code, code_of_token_sign_in, code_without_words
from mailboxadmin.diagnosis.providers import Providers, load_providers
from mailboxadmin.diagnosis.tokens import PASSES, TokenRow, Tokens, load_tokens, number_of
from mailboxadmin.diagnosis.wording import Wording, quoted_words, without_links
from mailboxadmin.domain.delivery import DeliveryFacts
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import SLOW_DOWN, Finding, Fixer
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.token import SignIn, TokenAnswer

#: With these the call is the deed, not the last resort.
_CALL_FIRST = frozenset({Fixer.MAIL_HOST, Fixer.PROVIDER_ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What it is, and how we know."""

    code: str
    #: The row whose story is told; None when the codes file tells it.
    row: Row | TokenRow | None = None
    #: What the server said is known, or it said nothing.
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The codes, the catalogues and the providers; loaded once, then only read."""

    codes: Codes
    #: In the order of trying.
    catalogue: tuple[Row, ...]
    tokens: Tokens
    providers: Providers

    @classmethod
    @cache
    def load(cls) -> "Diagnosis":
        """Read the four files, which are part of the package, once in a process."""
        return cls(
            codes=load_codes(),
            catalogue=load_catalogue(),
            tokens=load_tokens(),
            providers=load_providers(),
        )

    def finding(self, facts: Facts, context: Context) -> Finding:
        """What is wrong, why, who mends it, and how."""
        recognised = self._recognise(facts, context)
        verdict = self._judge(facts, context, recognised)
        code = self.codes.by_name[verdict.code]
        provider = recognised[0] if recognised else None
        has_app = provider is not None and provider.key in context.oauth_apps
        fixer = who_acts(code, verdict.row, context.effective, has_app=has_app)
        wording = Wording.of(
            facts,
            address=context.address,
            owner=context.owner_first_name,
            effective=context.effective,
            help_contact=context.help_contact,
            provider=provider,
            keeper=self._keeper(facts, context),
            app=self.tokens.app(self._app_key(facts, context, provider)),
            field=code.field,
            fixer=fixer,
            slow_down=code.name in SLOW_DOWN,
        )
        return self._compose(code, verdict.row, fixer, wording, facts, has_app=has_app)

    def of_delivery(self, delivery: DeliveryFacts) -> Finding:
        """Why somebody could not be told, for who runs Mailbox Admin, and nobody else reads it."""
        facts, code = as_facts(delivery), self.codes.by_name[code_of(delivery)]
        wording = Wording.of(
            facts,
            address="",
            owner="",
            effective=None,
            help_contact="",
            provider=None,
            keeper=None,
            app=self.tokens.app(""),
            field=code.field,
            fixer=code.fix_by,
            slow_down=False,
        )
        found = self._compose(code, None, code.fix_by, wording, facts, has_app=False)
        # Without the step that says whom to call: an admin of this office reads it.
        call = wording.fill(
            self.codes.call(code, code.fix_by), tell=wording.spoken(code.words["tell"])
        )
        return replace(found, steps=tuple(step for step in found.steps if step != call))

    def knows(self, facts: Facts, context: Context) -> bool:
        """False when a server spoke, and its words are in no file: they should be added to one."""
        return self._judge(facts, context, self._recognise(facts, context)).known

    def provider_key(self, facts: Facts, context: Context) -> str:
        """The key of the provider that was recognised; empty when none was."""
        recognised = self._recognise(facts, context)
        return recognised[0].key if recognised else ""

    def task(self, finding: Finding, reach: str) -> str:
        """What whoever acts must do: `renew the client secret in Entra`.

        Args:
            reach: what all mailboxes with this cause share: a host, the key of an OAuth app.
        """
        return briefly.task(self.codes, self.tokens, finding, reach)

    def short(self, finding: Finding, reach: str) -> str:
        """The cause as half a sentence: `the client secret expired`."""
        return briefly.short(self.codes, self.tokens, finding, reach)

    def reach_name(self, finding: Finding, reach: str) -> str:
        """How the mailboxes of that reach are called: `Outlook`, `imap.example.org`."""
        return briefly.reach_name(self.tokens, finding, reach)

    def _recognise(self, facts: Facts, context: Context) -> list[Provider]:
        """The providers given away by app, host, greeting, abilities and address, surest first."""
        found = (
            self.providers.by_key(facts.token.app) if facts.token else None,
            self.providers.by_host(context.host(facts)),
            self.providers.by_greeting(facts.greeting),
            self.providers.by_capabilities(facts.capabilities),
            self.providers.by_domain(context.address),
        )
        return [provider for provider in found if provider is not None]

    def _app_key(self, facts: Facts, context: Context, recognised: Provider | None) -> str:
        """Whose app it is about: the permission's own, on whatever server it was refused."""
        in_force = context.effective
        if facts.sign_in is not SignIn.PASSWORD and in_force and in_force.provider:
            return in_force.provider.key
        return recognised.key if recognised else ""

    def _keeper(self, facts: Facts, context: Context) -> Provider | None:
        """The provider that can be asked about the mail server; None when it is somebody's own."""
        host = context.host(facts)
        own = self.providers.by_host(host)
        nameless = not host or facts.happening is Happening.NAME_UNKNOWN
        return own or (self.providers.by_domain(context.address) if nameless else None)

    def _judge(self, facts: Facts, context: Context, recognised: list[Provider]) -> _Verdict:
        if facts.happening is Happening.TOKEN_REFUSED and facts.token is not None:
            return self._judge_token(facts.token)
        row = self._row(facts, recognised)
        certain = certain_code(facts, encrypted=context.encrypted)
        code = certain or (row.code if row else code_without_words(facts))
        known = not facts.server_said or row is not None or certain not in (None, "unknown")
        code = code_of_token_sign_in(facts, code, known=row is not None)
        # What is certain keeps its code, and its story, whatever the catalogue has for the words.
        return _Verdict(code=code, row=row if row and row.code == code else None, known=known)

    def _judge_token(self, answer: TokenAnswer) -> _Verdict:
        row = self.tokens.row(answer)
        if self.tokens.passes(answer):
            return _Verdict(code=PASSES, row=row)
        # What a description says is known by its words, not by the `error` beside it.
        silent = not answer.description and number_of(answer) is None
        known = row is not None and (row.knows_words or silent)
        return _Verdict(code=row.code if row else "unknown", row=row, known=known)

    def _row(self, facts: Facts, recognised: list[Provider]) -> Row | None:
        keys = {each.key for each in recognised}
        families = keys | {key.partition("_")[0] for key in keys}
        return next((row for row in self.catalogue if row.fits(facts, families)), None)

    def _compose(
        self,
        code: Code,
        row: Row | TokenRow | None,
        fixer: Fixer,
        wording: Wording,
        facts: Facts,
        *,
        has_app: bool,
    ) -> Finding:
        words = {
            **code.words,
            **(row.words if row else {}),
            **(code.words_with_app if has_app else {}),
        }
        finding = Finding(
            code=code.name,
            phase=facts.phase,
            summary=wording.fill(words["summary"]),
            cause=f"{without_links(facts.hint)} {wording.fill(words['cause'])}".lstrip(),
            fix_by=fixer,
            steps=wording.steps(tuple(words["steps"])),
            field=code.field,
            scope=code.scope,
            temporary=code.temporary,
            server_said=quoted_words(facts),
        )
        after = wording.fill(words.get("after") or self.codes.after(finding))
        call = wording.fill(self.codes.call(code, fixer), tell=wording.spoken(words["tell"]))
        last = (call, after) if fixer in _CALL_FIRST else (after, call)
        return replace(finding, steps=(*finding.steps, *last))
