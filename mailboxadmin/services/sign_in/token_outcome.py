"""What a refresh means for a permission: tokens, next refresh, log entry, in one transaction."""

import random
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import Facts
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import State
from mailboxadmin.domain.oauth import AppKey, TokenSet
from mailboxadmin.domain.retry import Attempts, next_attempt
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.store import grants
from mailboxadmin.store.activity import add_entry, repeat_entry
from mailboxadmin.store.mailboxes import mailbox_row
from mailboxadmin.store.tables_oauth import GrantRow


def record_refreshed(
    deps: Deps,
    mailbox_id: int,
    tokens: TokenSet,
    *,
    connected_at: datetime,
    actor: str,
    due_at: datetime,
) -> None:
    """Keep what the provider gave, unless the mailbox was disconnected, or anew, meanwhile.

    Args:
        connected_at: of the permission that was used.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        row = _same(db, mailbox_id, connected_at)
        if row is None:
            return
        keep_tokens(db, deps, mailbox_id, tokens, now)
        row.access_expires_at, row.refreshed_at = tokens.expires_at, now
        row.next_refresh_at = due_at
        row.refresh_expires_at = tokens.refresh_expires_at or row.refresh_expires_at
        was_ended = row.ended_at is not None
        row.failures, row.answer, row.ended_at, row.entry_id = 0, None, None, None
        app = AppKey(row.app)
        add_entry(db, _refreshed(mailbox_id, app, tokens, actor, was_ended=was_ended), now)


def keep_tokens(db: Session, deps: Deps, mailbox_id: int, tokens: TokenSet, now: datetime) -> None:
    """Seal them; a refresh token that was not given again stays as it is."""
    grants.put_token(db, mailbox_id, grants.ACCESS_TOKEN, deps.vault.seal(tokens.access_token), now)
    if tokens.refresh_token is not None:
        sealed = deps.vault.seal(tokens.refresh_token)
        grants.put_token(db, mailbox_id, grants.REFRESH_TOKEN, sealed, now)


def record_failed(
    deps: Deps, mailbox_id: int, facts: Facts, *, connected_at: datetime, actor: str
) -> Finding:
    """Note that there was no token to be had, and when to ask again; what it means.

    Args:
        connected_at: of the permission that was used; what became of it says nothing of another
            that was given meanwhile.
    """
    finding = finding_for(deps, mailbox_id, facts)
    now = deps.clock.now()
    with deps.store.write() as db:
        row = _same(db, mailbox_id, connected_at)
        if row is None:
            return finding
        row.failures += 1
        row.answer = facts.token.as_json() if facts.token else None
        if finding.consent_ended:
            _end(db, row, finding, now, actor)
        else:
            row.next_refresh_at = next_attempt(
                finding,
                Attempts(failures=row.failures, refusals=0),
                now,
                chance=random.random(),
                server_wait=facts.server_wait,
            )
        row.entry_id = repeat_entry(db, row.entry_id, _failed(row, finding, actor), now)
    return finding


def _same(db: Session, mailbox_id: int, connected_at: datetime) -> GrantRow | None:
    """The permission that was used; None when it is not there any more."""
    row = grants.grant_row(db, mailbox_id)
    return row if row is not None and row.connected_at == connected_at else None


def _end(db: Session, row: GrantRow, finding: Finding, now: datetime, actor: str) -> None:
    """It is not asked for again; the mailbox is looked at, so that it says so."""
    row.next_refresh_at = None
    if row.ended_at is not None:
        return
    row.ended_at = now
    grants.note_ended(db, row, finding.code, now)
    mailbox = mailbox_row(db, row.mailbox_id)
    if mailbox.state != State.PAUSED:
        mailbox.next_attempt_at = now


def _refreshed(
    mailbox_id: int, app: AppKey, tokens: TokenSet, actor: str, *, was_ended: bool
) -> Entry:
    rotated = tokens.refresh_token is not None
    again = "works again and was" if was_ended else "was"
    return Entry(
        code=Code.OAUTH_REFRESHED,
        level=Level.INFO if was_ended else Level.ROUTINE,
        message=f"The {app.label} token {again} renewed.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"app": app.value, "rotated": rotated},
    )


def _failed(row: GrantRow, finding: Finding, actor: str) -> Entry:
    app = AppKey(row.app)
    then = "It is asked for again by itself." if row.next_refresh_at else ""
    return Entry(
        code=Code.OAUTH_REFRESH_FAILED,
        level=Level.WARNING if finding.temporary else Level.ERROR,
        message=" ".join(
            filter(None, (f"The {app.label} token was not renewed. {finding.summary}", then))
        ),
        actor=actor,
        mailbox_id=row.mailbox_id,
        detail={
            "app": app.value,
            "code": finding.code,
            "fix_by": finding.fix_by.value,
            "server_said": finding.server_said,
        },
    )
