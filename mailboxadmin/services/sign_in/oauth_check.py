"""*Check the set-up*: what a provider says of the office's app before anybody connects."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mailboxadmin.diagnosis import Context
from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import Facts, InvalidInput, MailFailure, SecretUnreadable
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.oauth.probe import Proof, probe
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.oauth_apps import (
    app_of,
    apps_set_up,
    client_id_key,
    has_client_id,
    redirect_uri,
    secret_key,
)
from mailboxadmin.services.verdict.findings import whom_to_ask
from mailboxadmin.services.verdict.unknown import note_unknown
from mailboxadmin.store.activity import add_entry

#: What is about the app itself. Any other refusal comes after the provider knew the app.
_WRONG: Final = frozenset(
    {
        "oauth.client_invalid",
        "oauth.client_secret_expired",
        "oauth.redirect_mismatch",
        "oauth.provider_unavailable",
        "unknown",
    }
)


class Verdict(StrEnum):
    """How it went."""

    #: Client ID, secret and tenant are right.
    WORKS = "works"
    WRONG = "wrong"
    #: Nothing wrong was found, as far as the provider tells.
    NOT_TOLD = "not_told"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCheck:
    """What a check found out."""

    key: AppKey
    verdict: Verdict
    #: What is wrong; None when nothing was found.
    finding: Finding | None = None
    #: What the provider said all the same; empty when it said nothing, or the finding quotes it.
    said: str = ""


def check_app(deps: Deps, key: AppKey, *, actor: str) -> AppCheck:
    """Ask the provider about the app, and log what it says.

    Raises:
        InvalidInput: the app is not set up so far that it could be asked about.
    """
    app = _app(deps, key)
    try:
        proof = probe(deps.tokens, app, redirect_uri(deps, key))
    except MailFailure as failure:
        checked = _judge(deps, key, failure.facts)
    else:
        verdict = Verdict.WORKS if proof is Proof.ACCEPTED else Verdict.NOT_TOLD
        checked = AppCheck(key=key, verdict=verdict)
    with deps.store.write() as db:
        add_entry(db, _entry(checked, actor), deps.clock.now())
    return checked


def _app(deps: Deps, key: AppKey) -> App:
    try:
        with deps.store.read() as db:
            app = app_of(db, deps, key)
            field = secret_key(key) if has_client_id(db, key) else client_id_key(key)
    except SecretUnreadable:
        sentence = "The stored secret cannot be opened any more; enter it again."
        raise InvalidInput(secret_key(key), sentence) from None
    if app is None:
        raise InvalidInput(field, f"{key.company} cannot be asked about the app without it.")
    return app


def _judge(deps: Deps, key: AppKey, facts: Facts) -> AppCheck:
    """What a refusal, or no answer, says of the app."""
    with deps.store.read() as db:
        context = Context(
            address="the mailbox",
            owner_first_name="the owner",
            effective=None,
            help_contact=whom_to_ask(db),
            oauth_apps=apps_set_up(db),
        )
    note_unknown(deps, facts, context, login=None)
    finding = deps.diagnosis.finding(facts, context)
    if finding.code not in _WRONG:
        return AppCheck(key=key, verdict=Verdict.NOT_TOLD, said=facts.server_said or "")
    # Here nobody's mail waits for the app, so nothing is said of what becomes of it.
    meanwhile = deps.diagnosis.codes.afters.values()
    steps = tuple(step for step in finding.steps if step not in meanwhile)
    again = (f"Check again in some minutes; {key.company}’s app need not be changed for it.",)
    return AppCheck(
        key=key,
        verdict=Verdict.WRONG,
        finding=replace(finding, steps=again if finding.temporary else steps),
    )


def _entry(checked: AppCheck, actor: str) -> Entry:
    detail: dict[str, object] = {"app": checked.key.value, "verdict": checked.verdict.value}
    if checked.finding:
        detail["finding"] = checked.finding.as_json()
    if checked.said:
        detail["said"] = checked.said
    return Entry(
        code=Code.OAUTH_CHECKED,
        level=Level.WARNING if checked.finding else Level.INFO,
        message=_sentence(checked),
        actor=actor,
        detail=detail,
    )


def _sentence(checked: AppCheck) -> str:
    if checked.finding:
        return checked.finding.summary
    if checked.verdict is Verdict.WORKS:
        return f"{checked.key.company} accepts the {checked.key.label} app."
    return f"{checked.key.company} refuses nothing of the {checked.key.label} app so far."
