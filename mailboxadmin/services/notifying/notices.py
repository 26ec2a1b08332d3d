"""What people are told of: noted from the cases, decided by `domain.telling`, written to be sent.

The messages are rows in the transaction that says that people were told: whatever is killed
afterwards, they are sent, and what was told is not told again.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.delivery import Channel
from mailboxadmin.domain.mailbox import Mailbox, State
from mailboxadmin.domain.notice import Notice
from mailboxadmin.domain.telling import (
    SETTLE,
    SPACING,
    Event,
    Known,
    is_covered,
    is_due,
    may_join,
)
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.notifying.notice_words import incident_notice, name_of, recovery_notice
from mailboxadmin.services.office.routes import set_up
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.overview.board import list_mailboxes
from mailboxadmin.services.overview.cases import BROKEN, Case, find_cases
from mailboxadmin.store import notices as messages
from mailboxadmin.store import told_cases as rows
from mailboxadmin.store.tables_notices import NoticeRow, ToldCaseRow


def make_notices(deps: Deps, *, gathered: bool = False) -> None:
    """Note what goes on and what is over, and write what people are told of it.

    Args:
        gathered: all that could break for one reason has been looked at in this round.
    """
    with deps.store.read() as db:
        if not rows.anything_goes_on(db):
            return
    mailboxes = list_mailboxes(deps)
    cases = find_cases(deps.diagnosis, mailboxes)
    now = deps.clock.now()
    with deps.store.write(background=True) as db:
        values = office_values(db)
        known = _note(db, cases, now)
        over = _end(db, known, cases, {mailbox.id: mailbox for mailbox in mailboxes}, now)
        if not told_on(db):
            return
        if over and values["notify_on_recovery"]:
            put_out(db, recovery_notice(over, deps.base_url), now)
        if values["notify_on_incident"]:
            _tell(db, deps, cases, known, now, gathered=gathered)


def put_out(db: Session, notice: Notice, now: datetime) -> None:
    """Write a message to be sent on every way there is."""
    uid = secrets.token_hex(16)
    for channel in told_on(db):
        row = NoticeRow(
            uid=uid,
            event=notice.event.value,
            channel=channel.value,
            subject=notice.subject,
            body=notice.body,
            cases=list(notice.cases),
            made_at=now,
        )
        db.add(row)


def told_on(db: Session) -> Sequence[Channel]:
    """The ways on which something is told, and not only that somebody lives."""
    return sorted(set_up(db) - {Channel.PING})


def _note(db: Session, cases: Sequence[Case], now: datetime) -> dict[str, ToldCaseRow]:
    """Every case that goes on in the book, with all the mailboxes it ever held up; by key."""
    known = {row.key: row for row in rows.open_cases(db)}
    for case in cases:
        row = known.get(case.key)
        members = {str(mailbox.id): mailbox.address for mailbox in case.mailboxes}
        if row is None:
            row = known[case.key] = ToldCaseRow(
                key=case.key, members={}, began_at=case.since or now, noted_at=now
            )
            db.add(row)
        row.code, row.short = case.finding.code, case.short
        row.needs_someone, row.gone_at = case.needs_someone, None
        if row.members.keys() != members.keys():
            row.members = {**row.members, **members}
        if row.told_at is None:
            row.name = name_of(case)
    return known


def _end(
    db: Session,
    known: Mapping[str, ToldCaseRow],
    cases: Sequence[Case],
    mailboxes: Mapping[int, Mailbox],
    now: datetime,
) -> list[ToldCaseRow]:
    """Close what is over; those of which people are to be told that they work again."""
    going_on = {case.key for case in cases}
    over: list[ToldCaseRow] = []
    for row in known.values():
        boxes = [mailboxes[int(key)] for key in row.members if int(key) in mailboxes]
        states = [mailbox.state for mailbox in boxes]
        if row.key in going_on or (row.told_at and any(state in BROKEN for state in states)):
            row.gone_at = None
            continue
        row.gone_at = row.gone_at or _works_since(row, boxes, now)
        if row.told_at and now - row.gone_at < SETTLE:
            continue
        row.ended_at, row.recovered = row.gone_at, State.OK in states
        if row.told_at and row.recovered:
            over.append(row)
    return _each_mailbox_once(over)


def _works_since(row: ToldCaseRow, boxes: Sequence[Mailbox], now: datetime) -> datetime:
    """When the last of them worked again; now where none did."""
    successes = (mailbox.last_success_at for mailbox in boxes if mailbox.state is State.OK)
    return max((at for at in successes if at and row.began_at < at <= now), default=now)


def _each_mailbox_once(over: Sequence[ToldCaseRow]) -> list[ToldCaseRow]:
    """Without those whose mailboxes are all told of with another: one fault became another."""
    kept: list[ToldCaseRow] = []
    for row in sorted(over, key=lambda row: (-len(row.members), row.began_at)):
        if not any(row.members.keys() <= each.members.keys() for each in kept):
            kept.append(row)
    return kept


def _tell(
    db: Session,
    deps: Deps,
    cases: Sequence[Case],
    known: Mapping[str, ToldCaseRow],
    now: datetime,
    *,
    gathered: bool,
) -> None:
    """One message about all whose time has come, and about what may go along with it."""
    last = messages.last_made_at(db, Event.INCIDENT)
    if last is not None and now - last < SPACING:
        return
    told = [_known(row) for row in known.values() if row.told_at]
    fresh = [case for case in cases if known[case.key].told_at is None]
    fresh = [case for case in fresh if not is_covered(_known(known[case.key]), told)]
    before = {case.key: rows.last_told_at(db, case.key) for case in fresh}

    def due(case: Case) -> bool:
        return is_due(_known(known[case.key]), now, before[case.key], gathered=gathered)

    def joins(case: Case) -> bool:
        return may_join(_known(known[case.key]), now, before[case.key])

    if any(map(due, fresh)):
        chosen = [case for case in fresh if due(case) or joins(case)]
        _mark_told((known[case.key] for case in chosen), now)
        put_out(db, incident_notice(chosen, deps.base_url), now)


def _mark_told(told: Iterable[ToldCaseRow], now: datetime) -> None:
    for row in told:
        row.told_at = now


def _known(row: ToldCaseRow) -> Known:
    return Known(
        key=row.key,
        needs_someone=row.needs_someone,
        members=frozenset(row.members),
        began_at=row.began_at,
        noted_at=row.noted_at,
        told_at=row.told_at,
    )
