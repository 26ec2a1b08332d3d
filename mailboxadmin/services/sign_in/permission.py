"""A mailbox's permission: kept when it was given, forgotten when it is not wanted any more.

What was fetched stays in both cases: a mailbox that is connected again goes on where it was.
"""

import logging
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import InvalidInput, MailFailure, SecretUnreadable
from mailboxadmin.domain.oauth import AppKey, Permission
from mailboxadmin.oauth.client import PROVIDERS
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sign_in.draft import NewConsent
from mailboxadmin.services.sign_in.token_outcome import keep_tokens
from mailboxadmin.services.sign_in.tokens import due_at
from mailboxadmin.services.verdict.recovery import rest_unconnected
from mailboxadmin.store import grants, runs
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.secrets import PASSWORD
from mailboxadmin.store.tables_oauth import GrantRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A permission that was forgotten here, and is to be ended at the provider."""

    mailbox_id: int
    app: AppKey
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """What became of a permission."""

    app: AppKey
    #: The provider has ended it too; else a person does that on the provider's page.
    revoked: bool

    @property
    def pages(self) -> tuple[str, ...]:
        """Where a person ends it."""
        pages: tuple[str, ...] = PROVIDERS[self.app].CONSENT_PAGES
        return pages


def read_permission(db: Session, mailbox_id: int) -> Permission | None:
    """The permission a mailbox signs in with; None where it is a password, or nothing yet."""
    grant = grants.grant_row(db, mailbox_id)
    return None if grant is None else _permission(grant)


def all_permissions(db: Session) -> dict[int, Permission]:
    """Every permission, by mailbox."""
    return {mailbox_id: _permission(row) for mailbox_id, row in grants.all_grants(db).items()}


def _permission(grant: GrantRow) -> Permission:
    return Permission(
        app=AppKey(grant.app),
        scopes=frozenset(grant.scopes.split()),
        connected_at=grant.connected_at,
        connected_by=grant.connected_by,
        access_expires_at=grant.access_expires_at,
        refreshed_at=grant.refreshed_at,
        next_refresh_at=grant.next_refresh_at,
        refresh_expires_at=grant.refresh_expires_at,
        ended_at=grant.ended_at,
    )


def connect(
    db: Session, deps: Deps, mailbox_id: int, consent: NewConsent, *, actor: str
) -> Ended | None:
    """Keep a permission in place of whatever opened the mailbox before.

    Gives the one of another provider that it takes the place of. One of the same provider is
    not ended there: Google would end the new one with it.
    """
    now, before = deps.clock.now(), grants.grant_row(db, mailbox_id)
    replaced = _ended(db, deps, before) if before and before.app != consent.app else None
    grants.drop_grant(db, mailbox_id)
    grants.drop_secrets(db, mailbox_id, (PASSWORD,))
    tokens = consent.tokens
    db.add(
        GrantRow(
            mailbox_id=mailbox_id,
            app=consent.app.value,
            scopes=" ".join(sorted(tokens.scopes or PROVIDERS[consent.app].SCOPES)),
            connected_at=now,
            connected_by=actor,
            access_expires_at=tokens.expires_at,
            refreshed_at=now,
            refresh_expires_at=tokens.refresh_expires_at,
            next_refresh_at=due_at(tokens, now),
        )
    )
    keep_tokens(db, deps, mailbox_id, tokens, now)
    return replaced


def disconnect(deps: Deps, mailbox_id: int, *, actor: str) -> Disconnected:
    """Forget the permission, end it at the provider where that can be done, keep the mail.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: it is not connected with a permission.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        row, grant = mailbox_row(db, mailbox_id), grants.grant_row(db, mailbox_id)
        if grant is None:
            raise InvalidInput("mailbox", "It is not connected with Gmail or Outlook.")
        app = AppKey(grant.app)
        ended = drop_permission(db, deps, mailbox_id, actor=actor)
        rest_unconnected(db, row, now)
        row.configured_at = now
        running = runs.live_run(db, mailbox_id)
        if running is not None:
            runs.request_cancel(db, running, by=actor)
    if running is not None:
        deps.running.stop(running, by=actor)
    return Disconnected(app=app, revoked=ended is not None and end_at_provider(deps, ended))


def drop_permission(
    db: Session, deps: Deps, mailbox_id: int, *, actor: str, instead: str = ""
) -> Ended | None:
    """Forget a permission here; what is to be ended at the provider, None when there is nothing.

    Args:
        instead: what opens the mailbox from now on; empty for nothing.
    """
    grant = grants.grant_row(db, mailbox_id)
    if grant is None:
        return None
    ended, app = _ended(db, deps, grant), AppKey(grant.app)
    grants.drop_grant(db, mailbox_id)
    then = f"It signs in with {instead} now." if instead else "It is not synced any more."
    entry = Entry(
        code=Code.OAUTH_DISCONNECTED,
        message=f"Disconnected from {app.label}; the tokens were deleted, the mail is kept. {then}",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"app": app.value},
    )
    add_entry(db, entry, deps.clock.now())
    return ended


def end_at_provider(deps: Deps, ended: Ended) -> bool:
    """End it there too; False when a person has to, which the log says."""
    try:
        return deps.tokens.revoke(ended.app, ended.refresh_token)
    except MailFailure as failure:
        log.warning("mailbox %s: not ended at %s: %s", ended.mailbox_id, ended.app, failure)
        company = ended.app.company
        entry = Entry(
            code=Code.OAUTH_DISCONNECTED,
            level=Level.WARNING,
            message=f"{company} could not be told that the permission is not wanted any more "
            f"({failure}). It opens nothing here; end it on {company}’s own page.",
            actor=company,
            mailbox_id=ended.mailbox_id,
            detail={"app": ended.app.value, "revoked": False},
        )
        with deps.store.write() as db:
            add_entry(db, entry, deps.clock.now())
        return False


def _ended(db: Session, deps: Deps, grant: GrantRow) -> Ended | None:
    """None when it has ended already, or nothing opens its token."""
    sealed = grants.sealed_token(db, grant.mailbox_id, grants.REFRESH_TOKEN)
    if sealed is None or grant.ended_at is not None:
        return None
    try:
        token = deps.vault.open(sealed)
    except SecretUnreadable:
        return None
    return Ended(mailbox_id=grant.mailbox_id, app=AppKey(grant.app), refresh_token=token)
