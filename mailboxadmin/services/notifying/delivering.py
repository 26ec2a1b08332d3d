"""Sending what waits: the oldest first, each channel by itself, and no channel waits for another.

    waits ── claimed ── taken: sent
               │  └──── not taken: the channel rests for 1, 5, 15, then 60 minutes
               └─ killed: claimed by somebody else after some minutes
    waits for a day: given up, and that is seen

A message that was taken in the moment in which its sender was killed is sent twice, with one
Message-ID: the other way round it would be lost.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.delivery import (
    Channel,
    Delivered,
    DeliveryFacts,
    HookRoute,
    MailRoute,
    NotDelivered,
    Stage,
    Trouble,
)
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.notice import Notice
from mailboxadmin.domain.telling import GIVE_UP_AFTER, Event, next_try
from mailboxadmin.notify.smtp import SMTP_LIMIT_S, send_mail
from mailboxadmin.notify.webhook import post
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.notifying.envelope import as_mail, as_payload
from mailboxadmin.services.notifying.notices import told_on
from mailboxadmin.services.office.channels import is_about_one, note_failure, note_success
from mailboxadmin.services.office.routes import hook_route, mail_route
from mailboxadmin.store import notices as rows
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.tables_notices import NoticeRow

log = logging.getLogger(__name__)

#: Longer than any delivery takes; after it, whoever claimed a message is gone.
CLAIM = timedelta(seconds=4 * SMTP_LIMIT_S)
#: Messages of one channel in one turn, so that a stop does not wait for a hundred.
MOST_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """A message that is ours to send."""

    id: int
    uid: str
    made_at: datetime
    notice: Notice


def deliver(deps: Deps, stop: threading.Event | None = None) -> int:
    """Send what waits and may be sent now; how many were taken."""
    _give_up(deps)
    with deps.store.read() as db:
        waiting = rows.waiting_on(db)
        channels = [channel for channel in told_on(db) if channel in waiting]
    return sum(_deliver_on(deps, channel, stop) for channel in channels)


def send(deps: Deps, channel: Channel, notice: Notice, *, uid: str, made_at: datetime) -> Delivered:
    """Hand one message over now.

    Raises:
        NotDelivered: nobody took it.
        InvalidInput: that way is not set up.
    """
    with deps.store.read() as db:
        route = mail_route(db, deps) if channel is Channel.MAIL else hook_route(db, deps)
    if isinstance(route, MailRoute):
        message = as_mail(notice, route, uid=uid, made_at=made_at)
        return send_mail(deps.outbound, route, message)
    assert isinstance(route, HookRoute)
    now = deps.clock.now()
    payload = as_payload(notice, uid=uid, made_at=made_at, sent_at=now, base_url=deps.base_url)
    return post(deps.outbound, route, payload)


def partly_refused(deps: Deps, channel: Channel, delivered: Delivered) -> Finding | None:
    """What kept some of the recipients from it; None when all have it."""
    if not delivered.refused:
        return None
    address, said = next(iter(delivered.refused.items()))
    facts = DeliveryFacts(
        channel=channel,
        stage=Stage.HAND_OVER,
        trouble=Trouble.REFUSED,
        host=delivered.host,
        port=delivered.port,
        said=said,
        detail=f"for {address}",
    )
    return deps.diagnosis.of_delivery(facts)


def _deliver_on(deps: Deps, channel: Channel, stop: threading.Event | None) -> int:
    taken = 0
    for _ in range(MOST_AT_ONCE):
        claimed = None if stop is not None and stop.is_set() else _claim(deps, channel)
        if claimed is None:
            break
        try:
            uid, made_at = claimed.uid, claimed.made_at
            delivered = send(deps, channel, claimed.notice, uid=uid, made_at=made_at)
        except NotDelivered as failure:
            _failed(deps, claimed, failure.facts)
            continue
        _succeeded(deps, channel, claimed, partly_refused(deps, channel, delivered))
        taken += 1
    return taken


def _claim(deps: Deps, channel: Channel) -> _Claimed | None:
    """The oldest that may be sent now, ours for a while; None while the channel rests."""
    now = deps.clock.now()
    with deps.store.write(background=True) as db:
        state = rows.channel_row(db, channel.value)
        if state.held or (state.next_try_at is not None and state.next_try_at > now):
            return None
        row = rows.next_waiting(db, channel.value, now)
        if row is None:
            return None
        row.claimed_until = now + CLAIM
        return _Claimed(id=row.id, uid=row.uid, made_at=row.made_at, notice=_notice(row))


def _notice(row: NoticeRow) -> Notice:
    return Notice(
        event=Event(row.event), subject=row.subject, body=row.body, cases=tuple(row.cases)
    )


def _succeeded(deps: Deps, channel: Channel, claimed: _Claimed, wrong: Finding | None) -> None:
    now = deps.clock.now()
    with deps.store.write(background=True) as db:
        row = db.get_one(NoticeRow, claimed.id)
        row.sent_at, row.claimed_until = now, None
        row.tries += 1
        note_success(db, channel, now, wrong)
        add_entry(
            db,
            Entry(
                code=Code.NOTICE_SENT,
                message=f"Told by {channel.value}: {row.subject}",
                actor=SCHEDULER,
                detail={"channel": channel.value, "event": row.event, "tries": row.tries},
            ),
            now,
        )


def _failed(deps: Deps, claimed: _Claimed, facts: DeliveryFacts) -> None:
    now = deps.clock.now()
    finding = deps.diagnosis.of_delivery(facts)
    log.info("%s was not told: %s", facts.channel.value, finding.summary)
    with deps.store.write(background=True) as db:
        row = db.get_one(NoticeRow, claimed.id)
        row.claimed_until = None
        row.tries += 1
        if is_about_one(facts):
            row.next_try_at = next_try(row.tries, now)
        note_failure(db, facts, finding, now, row.subject)


def _give_up(deps: Deps) -> None:
    """What nobody took for a day is not sent any more, and the log says so aloud."""
    now = deps.clock.now()
    with deps.store.read() as db:
        if not rows.too_old(db, now - GIVE_UP_AFTER):
            return
    with deps.store.write(background=True) as db:
        for row in rows.too_old(db, now - GIVE_UP_AFTER):
            row.given_up_at = now
            add_entry(
                db,
                Entry(
                    code=Code.NOTICE_FAILED,
                    level=Level.ERROR,
                    message=f"Given up after a day, and not told by {row.channel}: {row.subject}",
                    actor=SCHEDULER,
                    detail={"channel": row.channel, "event": row.event, "tries": row.tries},
                ),
                now,
            )
