"""A person agrees at a provider that their mailbox is read, and comes back.

    begin_consent ──► state, verifier kept ──► (the provider's pages) ──► finish_consent
                                                                              │
       state of this browser, mailbox and provider, unused, ten minutes old ──┤ else Stray
       the provider gave a code, no error ────────────────────────────────────┤ else refused
       code and verifier make tokens, with the right to read mail ────────────┤ else refused
       the mail server lets the mailbox's own address in with them ───────────┤ else wrong account
                                                        kept, and synced ◄────┘

The state is used up before anything else is done with it. Code, state and tokens are in no
log and in no page.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.consent import ConsentResult, Outcome, Stray
from mailboxadmin.domain.errors import Facts, Happening, MailboxAdminError, MailFailure
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import App, AppKey, TokenSet
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.oauth.answers import refused, text_of
from mailboxadmin.oauth.client import PROVIDERS, new_verifier
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import NotSaved, configure_mailbox
from mailboxadmin.services.office.oauth_apps import app_of, redirect_uri
from mailboxadmin.services.sign_in.draft import Draft, NewConsent
from mailboxadmin.services.verdict.findings import finding_for, whom_to_ask
from mailboxadmin.store import consents
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import address_by_id, mailbox_row
from mailboxadmin.store.staff import find_person
from mailboxadmin.store.tables_oauth import ConsentRow

VALID_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=1)
#: What a provider sends when the person chose not to agree (RFC 6749, 4.1.2.1).
_CANCELLED = "access_denied"

#: Asked in the transaction that saves; what it raises, saves nothing.
Claim = Callable[[Session], None]


class StrayReturn(MailboxAdminError):
    """Raised when a browser brings back what belongs to nothing that it began."""

    def __init__(self, stray: Stray, app: AppKey) -> None:
        super().__init__("This way back from the provider leads nowhere.")
        self.stray = stray
        self.app = app


class NoApp(MailboxAdminError):
    """Raised when nobody has set up the office's app at that provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a browser brings from a provider; none of it is to be trusted."""

    app: AppKey
    #: The query of the address.
    query: Mapping[str, str] = field(repr=False)
    #: What only the session of that browser holds.
    browser: str = field(repr=False)


def begin_consent(
    deps: Deps, mailbox_id: int, key: AppKey, *, browser: str, actor: str, link: str | None = None
) -> str:
    """Where to send the person: the provider's page that asks whether they agree.

    Args:
        browser: what only the session of that browser holds.
        link: the token of the link that it is begun in; None for who is signed in.

    Raises:
        NotFound: there is no such mailbox.
        NoApp: the office has no app at that provider.
        SecretUnreadable: the key that sealed the app's secret is not there.
    """
    state, verifier, now = secrets.token_urlsafe(32), new_verifier(), deps.clock.now()
    with deps.store.write() as db:
        app = app_of(db, deps, key)
        if app is None:
            raise NoApp(f"No {key.label} app is set up under Settings; an admin does that first.")
        address = address_by_id(db, mailbox_id)
        back = redirect_uri(deps, key)
        consents.drop_consents_before(db, now - KEPT_FOR)
        db.add(
            ConsentRow(
                state_digest=_digest(state),
                browser_digest=_digest(browser),
                mailbox_id=mailbox_id,
                app=key.value,
                begun_by=actor,
                link=link,
                verifier=deps.vault.seal(verifier),
                redirect_uri=back,
                created_at=now,
            )
        )
    return deps.tokens.consent_url(
        app, redirect_uri=back, state=state, verifier=verifier, login_hint=address
    )


def finish_consent(deps: Deps, returned: Returned, *, claim_for: "ClaimFor") -> int:
    """Take what came back, and try it; the id for `read_result`, which says how it ended.

    Args:
        claim_for: gives what is asked in the transaction that saves, by the link it began in.

    Raises:
        StrayReturn: it belongs to nothing that this browser began; nothing was done.
        TooManyRefused: the mail server refused this person too often; nothing was changed.
        MailboxAdminError: what the claim raises, or `app_of`; nothing was changed.
    """
    row, verifier = _use_up(deps, returned)
    try:
        outcome, finding = _try(deps, row, verifier, returned, claim_for)
    except MailFailure as failure:
        finding = finding_for(deps, row.mailbox_id, failure.facts)
        outcome = Outcome.UNFINISHED if finding.temporary else Outcome.REFUSED
    except MailboxAdminError:
        _record(deps, row, Outcome.UNFINISHED, None)
        raise
    _record(deps, row, outcome, finding)
    return row.id


#: By the token of a link, what is asked in the transaction that saves.
ClaimFor = Callable[[str], Claim]


def read_result(deps: Deps, consent_id: int, *, browser: str) -> ConsentResult | None:
    """How it ended; None when there is no such thing, it is another browser's, or goes on."""
    with deps.store.read() as db:
        row = db.get(ConsentRow, consent_id)
        if row is None or row.outcome is None or row.browser_digest != _digest(browser):
            return None
        mailbox = mailbox_row(db, row.mailbox_id)
        owner = find_person(db, mailbox.staff_id)
        return ConsentResult(
            app=AppKey(row.app),
            mailbox_id=row.mailbox_id,
            address=owner.email if owner else "",
            owner_name=owner.name if owner else "",
            outcome=Outcome(row.outcome),
            finding=Finding.from_json(row.finding) if row.finding else None,
            by_link=row.link is not None,
            paused=mailbox.state == State.PAUSED,
            contact=whom_to_ask(db),
        )


def _use_up(deps: Deps, returned: Returned) -> tuple[ConsentRow, str]:
    """The way that this browser began, which cannot be gone again."""
    state, now = returned.query.get("state", ""), deps.clock.now()
    with deps.store.write() as db:
        row = consents.find_consent(db, _digest(state)) if state else None
        stray = _stray(row, returned)
        if stray is None and row is not None:
            sealed, age = row.verifier, now - row.created_at
            if sealed is None or not consents.use_consent(db, row.id, now):
                stray = Stray.USED
            elif age > VALID_FOR:
                stray = Stray.EXPIRED
    if stray is not None or row is None or sealed is None:
        raise StrayReturn(stray or Stray.UNKNOWN, returned.app)
    return row, deps.vault.open(sealed)


def _stray(row: ConsentRow | None, returned: Returned) -> Stray | None:
    if row is None:
        return Stray.UNKNOWN
    if not secrets.compare_digest(row.browser_digest, _digest(returned.browser)):
        return Stray.ELSEWHERE
    return None if row.app == returned.app.value else Stray.MIXED_UP


def _try(
    deps: Deps, row: ConsentRow, verifier: str, returned: Returned, claim_for: ClaimFor
) -> tuple[Outcome, Finding | None]:
    if returned.query.get("error") == _CANCELLED and not _explained(deps, row, returned):
        return Outcome.CANCELLED, None
    with deps.store.read() as db:
        app = app_of(db, deps, returned.app)
    if app is None:
        raise refused(TokenAnswer(app=returned.app.value, error="invalid_client"))
    tokens = _tokens(deps, app, row, verifier, returned)
    return _connect(deps, row, NewConsent(app=app.key, tokens=tokens), claim_for)


def _explained(deps: Deps, row: ConsentRow, returned: Returned) -> Finding | None:
    """A refusal that a provider words like a cancellation, but explains; None without."""
    finding = finding_for(deps, row.mailbox_id, refused(_answer_of(returned)).facts)
    return None if finding.code in ("oauth.consent_required", "unknown") else finding


def _tokens(deps: Deps, app: App, row: ConsentRow, verifier: str, returned: Returned) -> TokenSet:
    """The tokens for the code that came back.

    Raises:
        MailFailure: the provider, or its token endpoint, refused; or the right to read mail is
            not among what was granted.
    """
    code = returned.query.get("code", "")
    if "error" in returned.query or not code:
        raise refused(_answer_of(returned))
    tokens = deps.tokens.exchange(app, redirect_uri=row.redirect_uri, code=code, verifier=verifier)
    if tokens.scopes is not None and not PROVIDERS[app.key].opens_mail(tokens.scopes):
        granted = f"scope: {' '.join(sorted(tokens.scopes))}"
        raise _lacking(app.key, "the right to read mail was not granted", said=granted)
    if tokens.refresh_token is None:
        raise _lacking(app.key, "no refresh token was given")
    return tokens


def _lacking(key: AppKey, detail: str, said: str | None = None) -> MailFailure:
    """The provider said yes, to less than was asked for."""
    return MailFailure(
        Facts(
            phase=Phase.TOKEN,
            happening=Happening.TOKEN_REFUSED,
            detail=detail,
            server_said=said,
            token=TokenAnswer(app=key.value, error="invalid_scope"),
        )
    )


def _answer_of(returned: Returned) -> TokenAnswer:
    """What the provider says in the address; a browser may bring anything."""
    secret = [returned.query.get(key, "") for key in ("code", "state")]
    said = {key: text_of(returned.query.get(key), secret) for key in _SAID}
    return TokenAnswer(
        app=returned.app.value,
        error=said["error"] or "invalid_request",
        description=said["error_description"],
        suberror=said["error_subcode"] or said["suberror"],
    )


_SAID = ("error", "error_description", "error_subcode", "suberror")


def _connect(
    deps: Deps, row: ConsentRow, consent: NewConsent, claim_for: ClaimFor
) -> tuple[Outcome, Finding | None]:
    """Try the permission on the mail server, and keep it when it opens this mailbox."""
    try:
        configure_mailbox(
            deps,
            row.mailbox_id,
            Draft(consent=consent),
            actor=row.begun_by,
            set_by="staff",
            test=True,
            claim=_nothing if row.link is None else claim_for(row.link),
        )
    except NotSaved as not_saved:
        finding = not_saved.check.finding
        unfinished = finding is None or finding.temporary
        return Outcome.UNFINISHED if unfinished else Outcome.REFUSED, finding
    return Outcome.CONNECTED, None


def _nothing(_: Session) -> None:
    """Who is signed in may save."""


def _record(deps: Deps, row: ConsentRow, outcome: Outcome, finding: Finding | None) -> None:
    now, app = deps.clock.now(), AppKey(row.app)
    with deps.store.write() as db:
        kept = db.get(ConsentRow, row.id)
        if kept is not None:
            kept.outcome = outcome.value
            kept.finding = finding.as_json() if finding else None
        if outcome is not Outcome.CONNECTED:
            add_entry(db, _not_connected(row, app, outcome, finding), now)


def _not_connected(
    row: ConsentRow, app: AppKey, outcome: Outcome, finding: Finding | None
) -> Entry:
    why = finding.summary if finding else "It was cancelled on the provider’s page."
    return Entry(
        code=Code.OAUTH_REFUSED,
        level=Level.INFO if outcome is Outcome.CANCELLED else Level.WARNING,
        message=f"Not connected with {app.label}: {why} Nothing was changed.",
        actor=row.begun_by,
        mailbox_id=row.mailbox_id,
        detail={
            "app": app.value,
            "code": finding.code if finding else None,
            "server_said": finding.server_said if finding else None,
        },
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
