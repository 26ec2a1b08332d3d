"""Mailboxes as the pages and the command line show them, and the mail that arrived in each."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailboxadmin.domain.finding import BY_HAND_ONLY, Finding
from mailboxadmin.domain.folder import FolderState
from mailboxadmin.domain.incident import cause_of
from mailboxadmin.domain.mailbox import Glance, Mailbox, State, Step
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.special_use import SpecialUse
from mailboxadmin.store.secrets import with_sign_in
from mailboxadmin.store.tables import IncidentRow, LeaseRow, MailboxRow, SecretRow, StaffRow
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from mailboxadmin.store.tables_oauth import GrantRow

#: Whether the run that holds a lease goes on.
IsLive = Callable[[LeaseRow], bool]


def all_mailboxes(db: Session, is_live: IsLive) -> list[Mailbox]:
    """Every mailbox, by its owner's name."""
    counts = _message_counts(db)
    return [
        _mailbox(found, counts.get(found.MailboxRow.id, 0), is_live)
        for found in db.execute(_by_name(_mailboxes()))
    ]


def mailboxes_in(db: Session, states: Collection[State], is_live: IsLive) -> list[Mailbox]:
    """Those in one of these states, by their owners' names."""
    wanted = _mailboxes().where(MailboxRow.state.in_([state.value for state in states]))
    counts = _message_counts(db)
    return [
        _mailbox(found, counts.get(found.MailboxRow.id, 0), is_live)
        for found in db.execute(_by_name(wanted))
    ]


def all_at_a_glance(db: Session, is_live: IsLive) -> list[Glance]:
    """Every mailbox, by its owner's name, without counting its messages."""
    return [Glance(**_glance(found, is_live)) for found in db.execute(_by_name(_mailboxes()))]


def names_of_all(db: Session) -> list[tuple[int, str, str]]:
    """Id, owner's name and address of every mailbox, by the name."""
    query = select(MailboxRow.id, StaffRow.name, StaffRow.email).join(
        StaffRow, StaffRow.id == MailboxRow.staff_id
    )
    return [(each, name, address) for each, name, address in db.execute(_by_name(query))]


def one_mailbox(db: Session, mailbox_id: int, is_live: IsLive) -> Mailbox | None:
    """The mailbox of that id."""
    return _one(db, _mailboxes().where(MailboxRow.id == mailbox_id), is_live)


def mailbox_of_address(db: Session, address: str, is_live: IsLive) -> Mailbox | None:
    """The mailbox of the person of that address, given in lower case."""
    return _one(db, _mailboxes().where(StaffRow.email == address), is_live)


def count_needing(db: Session) -> int:
    """How many different things wait for someone."""
    tried_in_vain = and_(
        MailboxRow.state == State.RETRYING.value,
        MailboxRow.finding["code"].as_string().in_(BY_HAND_ONLY),
    )
    query = (
        select(MailboxRow.id, MailboxRow.finding, IncidentRow.reach)
        .outerjoin(IncidentRow, IncidentRow.id == MailboxRow.incident_id)
        .where(
            or_(MailboxRow.state == State.NEEDS_ACTION.value, tried_in_vain),
            MailboxRow.finding.is_not(None),
        )
    )
    return len(
        {
            cause_of(Finding.from_json(finding), reach or "", mailbox_id)
            for mailbox_id, finding, reach in db.execute(query)
        }
    )


def folder_states(db: Session, mailbox_id: int) -> tuple[FolderState, ...]:
    """The folders of a mailbox that were opened, looked for or found a use for, INBOX first."""
    rows = db.scalars(
        select(FolderRow)
        .where(FolderRow.mailbox_id == mailbox_id)
        .order_by(FolderRow.name != "INBOX", FolderRow.name)
    )
    return tuple(
        FolderState(
            name=row.name,
            messages=row.messages,
            last_success_at=row.last_success_at,
            finding=Finding.from_json(row.finding) if row.finding else None,
            special_use=SpecialUse(row.special_use) if row.special_use else None,
        )
        for row in rows
        if row.uid_validity or row.finding or row.special_use or row.messages
    )


def arrivals_by_hour(db: Session, since: datetime) -> dict[int, dict[str, int]]:
    """Messages that arrived since then, by mailbox and hour (`2026-01-31 08`, UTC)."""
    hour = _start_of(MessageRow.arrived_at, "%Y-%m-%d %H")
    query = (
        select(MessageRow.mailbox_id, hour, func.count())
        .where(MessageRow.mailbox_id.in_(select(MailboxRow.id)), MessageRow.arrived_at >= since)
        .group_by(MessageRow.mailbox_id, hour)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for mailbox_id, at, count in db.execute(query):
        found[mailbox_id][at] = count
    return found


def arrivals_by_day(db: Session, mailbox_id: int, since: datetime) -> dict[str, int]:
    """Messages of a mailbox that arrived since then, by day (`2026-01-31`) in our zone."""
    day = _start_of(MessageRow.arrived_at, "%Y-%m-%d", "localtime")
    query = (
        select(day, func.count())
        .where(MessageRow.mailbox_id == mailbox_id, MessageRow.arrived_at >= since)
        .group_by(day)
    )
    return _pairs(db, query)


def _start_of(column: InstrumentedAttribute[datetime], pattern: str, *zone: str) -> Any:
    """An instant cut to its hour or day; the one place that says it in SQLite's words."""
    return func.strftime(pattern, column, *zone)


def _pairs(db: Session, query: Any) -> dict[Any, int]:
    # Not dict(): a result has keys(), so that dict() takes it for a mapping.
    return {row[0]: row[1] for row in db.execute(query)}


def _mailboxes() -> Any:
    configured = with_sign_in(SecretRow.mailbox_id == MailboxRow.id)
    return (
        select(
            MailboxRow,
            StaffRow.email,
            StaffRow.name,
            configured,
            GrantRow.app,
            LeaseRow,
            IncidentRow.reach,
        )
        .join(StaffRow, StaffRow.id == MailboxRow.staff_id)
        .outerjoin(GrantRow, GrantRow.mailbox_id == MailboxRow.id)
        .outerjoin(LeaseRow, LeaseRow.mailbox_id == MailboxRow.id)
        .outerjoin(IncidentRow, IncidentRow.id == MailboxRow.incident_id)
    )


def _by_name(query: Any) -> Any:
    return query.order_by(func.lower(StaffRow.name), StaffRow.email)


def _one(db: Session, query: Any, is_live: IsLive) -> Mailbox | None:
    found = db.execute(query).first()
    if found is None:
        return None
    mailbox_id = found.MailboxRow.id
    return _mailbox(found, _message_counts(db, mailbox_id)[mailbox_id], is_live)


def _message_counts(db: Session, mailbox_id: int | None = None) -> dict[int, int]:
    query = select(FolderRow.mailbox_id, func.sum(FolderRow.messages))
    if mailbox_id is not None:
        query = query.where(FolderRow.mailbox_id == mailbox_id)
    counts = _pairs(db, query.group_by(FolderRow.mailbox_id))
    return counts if mailbox_id is None else {mailbox_id: counts.get(mailbox_id, 0)}


def _glance(found: Any, is_live: IsLive) -> dict[str, Any]:
    row, address, name, configured, app, lease, reach = found
    return {
        "id": row.id,
        "address": address,
        "owner_name": name,
        "state": State(row.state),
        "configured": bool(configured),
        "app": AppKey(app) if app else None,
        "finding": Finding.from_json(row.finding) if row.finding else None,
        "running": lease.run_id if lease is not None and is_live(lease) else None,
        "last_attempt_at": row.last_attempt_at,
        "reach": reach or "",
    }


def _mailbox(found: Any, messages: int, is_live: IsLive) -> Mailbox:
    row = found.MailboxRow
    return Mailbox(
        **_glance(found, is_live),
        staff_id=row.staff_id,
        finding_since=row.finding_since,
        failures=row.failures,
        last_success_at=row.last_success_at,
        next_attempt_at=row.next_attempt_at,
        messages=messages,
        ladder=tuple(map(Step.from_json, row.ladder or ())),
    )
