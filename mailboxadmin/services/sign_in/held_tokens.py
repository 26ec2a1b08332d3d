"""What is stored for a mailbox that signs in with a token, opened."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import Facts, Happening, MailFailure, SecretUnreadable
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.oauth import App, AppKey
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.oauth_apps import app_of
from mailboxadmin.store import grants

#: A token is renewed when it is good for less than this.
REFRESH_BEFORE = timedelta(minutes=10)
#: A token that ends within this may be over when the server looks at it.
LEAST_LIFE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is stored for a mailbox that signs in with a token."""

    app: App
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    #: The scheduler's next try; None: not by itself.
    next_refresh_at: datetime | None
    failures: int
    connected_at: datetime
    ended_at: datetime | None
    #: What the provider said when it ended the permission; None while it is good.
    ended: TokenAnswer | None

    def good_for(self, now: datetime) -> timedelta:
        """How long the access token is good still."""
        return self.expires_at - now

    def usable(self, now: datetime, refused: str) -> bool:
        """True while the access token may be shown to a server that has not refused it."""
        return self.access_token != refused and self.good_for(now) >= LEAST_LIFE

    def serves(self, now: datetime) -> bool:
        """True when it need not be renewed now, or was not to be had a moment ago."""
        left = self.good_for(now)
        next_at = self.next_refresh_at if self.failures else None
        waits = next_at is not None and next_at > now
        return left >= REFRESH_BEFORE or (waits and left >= LEAST_LIFE)


def held_tokens(deps: Deps, mailbox_id: int) -> Held:
    """The tokens and the app of a mailbox.

    Raises:
        MailFailure: NO_PASSWORD, it has none any more; SECRET_UNREADABLE; NO_OAUTH_APP.
    """
    with deps.store.read() as db:
        return _read(db, deps, mailbox_id)


def _read(db: Session, deps: Deps, mailbox_id: int) -> Held:
    row = grants.grant_row(db, mailbox_id)
    sealed = [
        grants.sealed_token(db, mailbox_id, name)
        for name in (grants.ACCESS_TOKEN, grants.REFRESH_TOKEN)
    ]
    if row is None or sealed[0] is None or sealed[1] is None:
        # It was disconnected while a run went on.
        raise MailFailure(Facts(phase=Phase.LOCAL, happening=Happening.NO_PASSWORD))
    key = AppKey(row.app)
    try:
        access, refresh = (deps.vault.open(each) for each in sealed if each is not None)
        app = app_of(db, deps, key)
    except SecretUnreadable as fault:
        raise MailFailure(
            Facts(phase=Phase.LOCAL, happening=Happening.SECRET_UNREADABLE, detail=str(fault))
        ) from fault
    if app is None:
        raise _no_app(key)
    return Held(
        app=app,
        access_token=access,
        refresh_token=refresh,
        expires_at=row.access_expires_at,
        next_refresh_at=row.next_refresh_at,
        failures=row.failures,
        connected_at=row.connected_at,
        ended_at=row.ended_at,
        ended=TokenAnswer.from_json(row.answer) if row.ended_at and row.answer else None,
    )


def _no_app(key: AppKey) -> MailFailure:
    """Nobody set up the app, or it was taken away, as an error."""
    return MailFailure(
        Facts(
            phase=Phase.TOKEN,
            happening=Happening.NO_OAUTH_APP,
            detail=f"no {key.label} app is set up under Settings",
            token=TokenAnswer(app=key.value),
        )
    )
