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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailboxadmin.domain.activity import SCHEDULER
from mailboxadmin.domain.cuttable import OnOpen, nobody_cuts
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.expiry import TESTING_LIFE, died_of_testing
from mailboxadmin.domain.oauth import TokenSet
from mailboxadmin.imap.ladder import ignore
from mailboxadmin.oauth.answers import refused as refusal
from mailboxadmin.services.debug.debugging import recorded_until
from mailboxadmin.services.debug.recording import recorded
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.sign_in.held_tokens import REFRESH_BEFORE, Held, held_tokens
from mailboxadmin.services.sign_in.token_lock import StillRenewing, alone
from mailboxadmin.services.sign_in.token_outcome import record_failed, record_refreshed

#: RFC 6749, 5.2, and what providers add to it.
_ERROR = re.compile(r"[a-z_]{1,60}")
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who wants a token, and how."""

    #: A person may ask again for a permission that has ended.
    actor: str
    #: A token that a server refused, and that will not do.
    refused: str = field(default="", repr=False)
    #: Given what can cut the call to the provider from another thread.
    on_open: OnOpen = nobody_cuts
    #: Told in a few words, without a token, what the provider was asked and answered.
    told: Told = ignore


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
        asking = Asking(actor=self._actor, refused=self._refused, on_open=on_open, told=self.told)
        self._given, self.detail = access_token(self._deps, self._mailbox_id, asking)
        return self._given

    def renewed(self, on_open: OnOpen = nobody_cuts) -> str | None:
        """See `Bearer`; asked for once a session."""
        self.refuse()
        return self.token(on_open)

    def refuse(self) -> None:
        """The server takes the last one no more, whatever its time says."""
        self._refused = self._given


def access_token(deps: Deps, mailbox_id: int, asking: Asking) -> tuple[str, str]:
    """An access token that is good, and in a few words where it came from.

    Raises:
        MailFailure: facts with phase `token` or `local`.
        Cancelled: a person stopped it.
    """
    held, now = held_tokens(deps, mailbox_id), deps.clock.now()
    if held.access_token != asking.refused and held.serves(now):
        return held.access_token, _still_good(held, now)
    try:
        with alone(deps, mailbox_id, held.app.key):
            held, now = held_tokens(deps, mailbox_id), deps.clock.now()
            if held.access_token != asking.refused and held.serves(now):
                return held.access_token, "renewed a moment ago"
            return _renew(deps, mailbox_id, held, asking)
    except StillRenewing as failure:
        return _in_spite_of(failure, deps, held, asking)


def refresh_now(deps: Deps, mailbox_id: int, *, actor: str) -> None:
    """Ask the provider for a new access token, however long the one there is is good.

    Raises:
        MailFailure: facts with phase `token` or `local`.
    """
    with alone(deps, mailbox_id, held_tokens(deps, mailbox_id).app.key):
        held = held_tokens(deps, mailbox_id)
        with _noted(deps, mailbox_id) as told:
            _renew(
                deps, mailbox_id, held, Asking(actor=actor, refused=held.access_token, told=told)
            )


def refresh_if_due(deps: Deps, mailbox_id: int) -> None:
    """The scheduler's: renew it, unless somebody did meanwhile, or the permission has ended.

    Raises:
        MailFailure: facts with phase `token` or `local`; it is noted already.
    """
    with _noted(deps, mailbox_id) as told:
        access_token(deps, mailbox_id, Asking(actor=SCHEDULER, told=told))


def _renew(deps: Deps, mailbox_id: int, held: Held, asking: Asking) -> tuple[str, str]:
    began, actor = held.connected_at, asking.actor
    if held.ended is not None and actor == SCHEDULER:
        raise _explained(refusal(held.ended), held, held.ended_at or deps.clock.now())
    try:
        tokens = deps.tokens.refresh(held.app, held.refresh_token, on_open=asking.on_open)
    except MailFailure as fault:
        asking.told(f"token endpoint asked: refresh → {_answered(fault)}")
        failure = _explained(fault, held, held.ended_at or deps.clock.now())
        finding = record_failed(deps, mailbox_id, failure.facts, connected_at=began, actor=actor)
        if finding.temporary:
            return _in_spite_of(failure, deps, held, asking)
        raise failure from fault
    asking.told("token endpoint asked: refresh → ok")
    due = due_at(tokens, deps.clock.now())
    record_refreshed(deps, mailbox_id, tokens, connected_at=began, actor=actor, due_at=due)
    return tokens.access_token, "renewed"


def _in_spite_of(failure: MailFailure, deps: Deps, held: Held, asking: Asking) -> tuple[str, str]:
    """The token that there is, while it is good still.

    Raises:
        MailFailure: the failure, where it is not.
    """
    now = deps.clock.now()
    if not held.usable(now, asking.refused):
        raise failure
    return held.access_token, f"{_still_good(held, now)}; not renewed: {failure}"


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
