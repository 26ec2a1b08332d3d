"""Access tokens for a mailbox: kept while they are good, renewed by one at a time.

    good for ten minutes more? ──► used as it is
        └── no ──► the mailbox's refresh lock ──► somebody else renewed it meanwhile? ──► used
                        └── asked for at the provider, no transaction open
                              ├── tokens: committed together, the old ones gone with them
                              ├── it passes by itself: the one there is, while it is good
                              └── the permission has ended: noted, and never asked for again
                                  but by a person

A process that is killed after the provider answered and before the commit leaves the old
refresh token, which Microsoft keeps good and Google never replaces.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.cuttable import OnOpen, nobody_cuts
from mailboxadmin.domain.errors import Facts, Happening, MailFailure, SecretUnreadable
from mailboxadmin.domain.expiry import TESTING_LIFE, died_of_testing
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.oauth import App, AppKey, TokenSet
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.imap.ladder import ignore
from mailboxadmin.oauth.answers import refused as refusal
from mailboxadmin.outbound.transport import CALL_LIMIT_S
from mailboxadmin.services.debugging import recorded_until
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.file_lock import FileLock
from mailboxadmin.services.oauth_apps import app_of
from mailboxadmin.services.recording import recorded
from mailboxadmin.services.token_outcome import record_failed, record_refreshed
from mailboxadmin.store import grants

#: A token is renewed when it is good for less than this.
REFRESH_BEFORE = timedelta(minutes=10)
#: A token that ends within this may be over when the server looks at it.
LEAST_LIFE = timedelta(seconds=30)
#: Whoever renews it is done after one call, and a little.
LOCK_LIMIT_S = CALL_LIMIT_S + 2
_LOOK_EVERY_S = 0.05
#: RFC 6749, 5.2, and what providers add to it.
_ERROR = re.compile(r"[a-z_]{1,60}")
Told = Callable[[str], None]


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
        waits = bool(self.failures) and self.next_refresh_at is not None
        return left >= REFRESH_BEFORE or (
            left >= LEAST_LIFE and waits and (self.next_refresh_at or now) > now
        )


class StillRenewing(MailFailure):
    """Raised when another process renews the token and does not come to its end."""


class Supply:
    """The tokens of one mailbox, for one run or one test (`domain.token.Bearer`)."""

    def __init__(self, deps: Deps, mailbox_id: int, *, actor: str) -> None:
        self._deps = deps
        self._mailbox_id = mailbox_id
        self._actor = actor
        self._given = ""
        self._refused = ""
        self.detail = ""
        #: Told in a few words, without a token, what the provider was asked and answered.
        self.told: Told = ignore

    def token(self, on_open: OnOpen = nobody_cuts) -> str:
        """See `Bearer`."""
        self._given, self.detail = access_token(
            self._deps,
            self._mailbox_id,
            actor=self._actor,
            refused=self._refused,
            on_open=on_open,
            told=self.told,
        )
        return self._given

    def renewed(self, on_open: OnOpen = nobody_cuts) -> str | None:
        """See `Bearer`; asked for once a session."""
        self.refuse()
        return self.token(on_open)

    def refuse(self) -> None:
        """The server takes the last one no more, whatever its time says."""
        self._refused = self._given


def access_token(
    deps: Deps,
    mailbox_id: int,
    *,
    actor: str,
    refused: str = "",
    on_open: OnOpen = nobody_cuts,
    told: Told = ignore,
) -> tuple[str, str]:
    """An access token that is good, and in a few words where it came from.

    Args:
        refused: one that a server refused, and that will not do.
        on_open: given what can cut the call to the provider from another thread.
        told: what the provider was asked and answered.

    Raises:
        MailFailure: facts with phase `token` or `local`.
        Cancelled: a person stopped it.
    """
    held, now = _held(deps, mailbox_id), deps.clock.now()
    if held.access_token != refused and held.serves(now):
        return held.access_token, _still_good(held, now)
    try:
        with _alone(deps, mailbox_id, held.app.key):
            held, now = _held(deps, mailbox_id), deps.clock.now()
            if held.access_token != refused and held.serves(now):
                return held.access_token, "renewed a moment ago"
            return _renew(
                deps, mailbox_id, held, actor=actor, refused=refused, on_open=on_open, told=told
            )
    except StillRenewing as failure:
        now = deps.clock.now()
        if held.usable(now, refused):
            return held.access_token, f"{_still_good(held, now)}; not renewed: {failure}"
        raise


def refresh_now(deps: Deps, mailbox_id: int, *, actor: str) -> None:
    """Ask the provider for a new access token, however long the one there is is good.

    Raises:
        MailFailure: facts with phase `token` or `local`.
    """
    with _alone(deps, mailbox_id, _held(deps, mailbox_id).app.key):
        held = _held(deps, mailbox_id)
        with _noted(deps, mailbox_id) as told:
            _renew(
                deps,
                mailbox_id,
                held,
                actor=actor,
                refused=held.access_token,
                on_open=nobody_cuts,
                told=told,
            )


def refresh_if_due(deps: Deps, mailbox_id: int) -> None:
    """The scheduler's: renew it, unless somebody did meanwhile, or the permission has ended.

    Raises:
        MailFailure: facts with phase `token` or `local`; it is noted already.
    """
    with _noted(deps, mailbox_id) as told:
        access_token(deps, mailbox_id, actor=SCHEDULER, told=told)


def _renew(
    deps: Deps,
    mailbox_id: int,
    held: Held,
    *,
    actor: str,
    refused: str,
    on_open: OnOpen,
    told: Told,
) -> tuple[str, str]:
    if held.ended is not None and actor == SCHEDULER:
        raise _explained(refusal(held.ended), held, held.ended_at or deps.clock.now())
    try:
        tokens = deps.tokens.refresh(held.app, held.refresh_token, on_open=on_open)
    except MailFailure as fault:
        told(f"token endpoint asked: refresh → {_answered(fault)}")
        failure = _explained(fault, held, held.ended_at or deps.clock.now())
        finding = record_failed(
            deps, mailbox_id, failure.facts, connected_at=held.connected_at, actor=actor
        )
        now = deps.clock.now()
        if finding.temporary and held.usable(now, refused):
            return held.access_token, f"{_still_good(held, now)}; not renewed: {failure}"
        raise failure from fault
    told("token endpoint asked: refresh → ok")
    record_refreshed(
        deps,
        mailbox_id,
        tokens,
        connected_at=held.connected_at,
        actor=actor,
        due_at=due_at(tokens, deps.clock.now()),
    )
    return tokens.access_token, "renewed"


def _answered(failure: MailFailure) -> str:
    """`400 invalid_grant`: never its sentence, in which a provider may quote what was sent."""
    answer = failure.facts.token
    if answer is None or answer.status is None:
        return "no answer"
    return f"{answer.status} {answer.error if _ERROR.fullmatch(answer.error) else ''}".rstrip()


@contextmanager
def _noted(deps: Deps, mailbox_id: int) -> Iterator[Told]:
    """Where no run records it, a recording of its own, when debug mode is on."""
    until = recorded_until(deps, mailbox_id)
    with recorded(deps, mailbox_id, "token-0", until) as trace:
        yield trace.note if trace is not None else ignore


def due_at(tokens: TokenSet, now: datetime) -> datetime:
    """When the scheduler renews these; tokens of a short life not more often than each minute."""
    return max(tokens.expires_at - REFRESH_BEFORE, now + timedelta(minutes=1))


def _still_good(held: Held, now: datetime) -> str:
    return f"good for {max(int(held.good_for(now).total_seconds() // 60), 1)} minutes more"


def _held(deps: Deps, mailbox_id: int) -> Held:
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
        raise no_app(key)
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


def no_app(key: AppKey) -> MailFailure:
    """Nobody set up the app, or it was taken away, as an error."""
    return MailFailure(
        Facts(
            phase=Phase.TOKEN,
            happening=Happening.NO_OAUTH_APP,
            detail=f"no {key.label} app is set up under Settings",
            token=TokenAnswer(app=key.value),
        )
    )


def _explained(failure: MailFailure, held: Held, ended_at: datetime) -> MailFailure:
    """With what the age of the permission tells, where it tells something."""
    answer = failure.facts.token
    lasting = answer is not None and answer.error == "invalid_grant"
    if not lasting or not died_of_testing(held.app.key, held.connected_at, ended_at):
        return failure
    return MailFailure(replace(failure.facts, hint=_TESTING))


_TESTING = (
    f"It ended {TESTING_LIFE.days} days after it was given, as Google does with all permissions of "
    "an app whose consent screen is External and in Testing: under Audience in Google Cloud, its "
    "admin makes it Internal or publishes it, or this comes every week."
)


@contextmanager
def _alone(deps: Deps, mailbox_id: int, key: AppKey) -> Iterator[None]:
    """One refresh of a mailbox at a time, over threads and processes; a dead one holds nothing.

    Raises:
        StillRenewing: another one has not come to its end.
    """
    folder = deps.instance / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(folder / f"token-{mailbox_id}.lock")
    until = time.monotonic() + LOCK_LIMIT_S
    while not lock.take():
        if time.monotonic() >= until:
            raise StillRenewing(
                Facts(
                    phase=Phase.TOKEN,
                    happening=Happening.TOKEN_UNREACHABLE,
                    detail=f"process {lock.holder() or 'unknown'} is renewing the token still",
                    token=TokenAnswer(app=key.value),
                )
            )
        time.sleep(_LOOK_EVERY_S)
    try:
        yield
    finally:
        lock.release()
