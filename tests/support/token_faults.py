"""What Google and Microsoft answer, ready to be played, and what each must be told as.

The examples of `tokens.toml` and, where it lies beside the checkout, every token row of the
promised catalogue with all its variants.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mailboxadmin.demo.provider_values import Refusal
from mailboxadmin.diagnosis import Diagnosis
from mailboxadmin.domain.finding import Fixer, Scope
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import TokenAnswer
from tests.diagnosis.promised import Promise, load, token_answers

#: The codes that a browser can bring back from the page of the consent.
AT_THE_CALLBACK = frozenset(
    """
    oauth.redirect_mismatch oauth.consent_required oauth.admin_consent_required
    oauth.wrong_account oauth.scope_missing oauth.policy_blocked oauth.mfa_required
    """.split()
)
#: Those after which nothing is tried by itself. Written down here once more, so that a slip in
#: the product's own list shows.
_ENDED = frozenset(
    """
    oauth.grant_expired oauth.consent_required oauth.wrong_account oauth.mfa_required
    oauth.policy_blocked oauth.account_disabled
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFault:
    """One answer, and what it must be told as."""

    name: str
    key: AppKey
    said: Refusal
    code: str
    fix_by: Fixer
    temporary: bool
    scope: Scope

    @property
    def state(self) -> State:
        """Of a mailbox whose token cannot be renewed for it."""
        return State.RETRYING if self.temporary else State.NEEDS_ACTION

    @property
    def ended(self) -> bool:
        """Only a person can go on."""
        return self.code in _ENDED

    @property
    def cancelled(self) -> bool:
        """At the callback it is no fault: a person chose it."""
        return self.said.error == "access_denied" and self.code == "oauth.consent_required"

    @property
    def at_the_callback(self) -> bool:
        """A browser can bring it back from the page of the consent."""
        return self.code in AT_THE_CALLBACK and bool(self.said.error)


def of_the_product() -> Iterator[TokenFault]:
    """Every example of `tokens.toml`."""
    diagnosis = Diagnosis.load()
    for row in diagnosis.tokens.rows:
        code = diagnosis.codes.by_name[row.code]
        for example in row.examples:
            yield TokenFault(
                name=f"{row.code} {example.error} {example.description[:40]}".strip(),
                key=AppKey(example.app),
                said=Refusal.of(example),
                code=row.code,
                fix_by=row.fix_by or code.fix_by,
                temporary=code.temporary,
                scope=code.scope,
            )


def of_the_promise() -> Iterator[TokenFault]:
    """Every token row of the catalogue, each of its variants as it most likely comes."""
    for row in load("error_catalogue.csv"):
        if row["phase"] != "token":
            continue
        for said in row["exact_text"].split(" / "):
            answer = TokenAnswer(app=_key(row).value, **_likely(row, said))
            yield TokenFault(
                name=f"promised: {row['code']} {said[:50]}",
                key=_key(row),
                said=Refusal.of(answer),
                code=row["code"],
                fix_by=Fixer(row["fix_by"]),
                temporary=row["temporary"] == "yes",
                scope=Scope(row["scope"]),
            )


def _key(row: Promise) -> AppKey:
    return AppKey.GMAIL if row["provider"].startswith("Gmail") else AppKey.OUTLOOK


def _likely(row: Promise, said: str) -> dict[str, object]:
    """Of all that may stand before a number of Microsoft's, what stands there in life."""
    answer = token_answers(said)[0]
    errors = {"oauth.client": "invalid_client", "oauth.provider": "temporarily_unavailable"}
    for code, error in errors.items():
        if said.startswith("AADSTS") and row["code"].startswith(code):
            return {**answer, "error": error}
    return answer


FAULTS = (*of_the_product(), *of_the_promise())
