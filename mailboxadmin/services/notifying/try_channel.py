"""*Send a test message*: how far one gets, on a way as it is saved."""

import secrets
from dataclasses import dataclass

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.delivery import Channel, Delivered, NotDelivered, Rung
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.notice import Notice
from mailboxadmin.domain.telling import Event
from mailboxadmin.notify.ping import ping
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.notifying.delivering import partly_refused, send
from mailboxadmin.services.office.channels import note_success
from mailboxadmin.services.office.routes import need, ping_url
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.notices import channel_row, try_at_once


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """How a test went."""

    #: Not a test of pytest's.
    __test__ = False

    channel: Channel
    rungs: tuple[Rung, ...]
    #: What is wrong; None when it got through.
    finding: Finding | None


def send_test(deps: Deps, channel: Channel, *, actor: str) -> TestResult:
    """Send one now, and log how it went; when it gets through, what waits goes too.

    Raises:
        InvalidInput: that way is not set up.
    """
    with deps.store.read() as db:
        need(db, channel)
    try:
        delivered = _send(deps, channel, actor)
    except NotDelivered as failure:
        finding = deps.diagnosis.of_delivery(failure.facts)
        result = TestResult(channel=channel, rungs=failure.facts.rungs, finding=finding)
    else:
        wrong = partly_refused(deps, channel, delivered)
        result = TestResult(channel=channel, rungs=delivered.rungs, finding=wrong)
    _note(deps, result, actor)
    return result


def _send(deps: Deps, channel: Channel, actor: str) -> Delivered:
    if channel is Channel.PING:
        with deps.store.read() as db:
            url = ping_url(db)
        return ping(deps.outbound, url)
    body = (
        f"This is a test, asked for by {actor}. From here you are told when a mailbox breaks and "
        f"when it works again: once for each cause, with what to do.\n\n{deps.base_url}/\n"
    )
    notice = Notice(event=Event.TEST, subject="Mailbox Admin: a test message", body=body)
    uid, now = secrets.token_hex(16), deps.clock.now()
    return send(deps, channel, notice, uid=uid, made_at=now)


def _note(deps: Deps, result: TestResult, actor: str) -> None:
    now, finding = deps.clock.now(), result.finding
    got_through = not finding or result.rungs[-1].ok
    with deps.store.write() as db:
        if got_through:
            try_at_once(db, result.channel.value)
            note_success(db, result.channel, now, finding)
        elif finding:
            row = channel_row(db, result.channel.value)
            row.tried_at, row.failed_since = now, row.failed_since or now
            row.finding = finding.as_json()
        detail: dict[str, object] = {"channel": result.channel.value}
        entry = Entry(
            code=Code.NOTICE_TESTED,
            level=Level.WARNING if finding else Level.INFO,
            message=finding.summary if finding else _GOT_THROUGH[result.channel],
            actor=actor,
            detail=detail | ({"finding": finding.as_json()} if finding else {}),
        )
        add_entry(db, entry, now)


_GOT_THROUGH = {
    Channel.MAIL: "The mail server took a test message.",
    Channel.WEBHOOK: "The webhook took a test message.",
    Channel.PING: "The monitor took a sign of life.",
}
