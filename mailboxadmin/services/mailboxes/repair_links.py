"""Whether the link in which an owner can mend a mailbox still holds, and why not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import MailboxAdminError
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.incident import Ending
from mailboxadmin.domain.people import Standing
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.signed_links import LinkUnreadable, Token, read_token
from mailboxadmin.store import incidents
from mailboxadmin.store.staff import find_person
from mailboxadmin.store.tables import MailboxRow

VALID_FOR = timedelta(days=3)
PURPOSE = "repair links"


class Over(StrEnum):
    """Why a link can no longer be used."""

    #: Not made here, or not whole.
    UNREADABLE = auto()
    #: Its mailbox or its owner is not here any more, or shut out.
    GONE = auto()
    USED = auto()
    #: There is a newer one.
    REPLACED = auto()
    EXPIRED = auto()
    #: The mailbox works again.
    MENDED = auto()
    #: It was made for a fault that is over; another one came since.
    EARLIER = auto()
    #: Something else is wrong now, which a password does not mend.
    OTHERWISE = auto()


class RepairEnded(MailboxAdminError):
    """Raised when a link can no longer be used."""

    def __init__(
        self, over: Over, *, works_since: datetime | None = None, finding: Finding | None = None
    ) -> None:
        super().__init__("This link can no longer be used.")
        self.over = over
        #: Since when the mailbox works again; None when it does not, or is being read now.
        self.works_since = works_since
        #: What is wrong now; None when nothing is, or it is not for who asks.
        self.finding = finding


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMade:
    """The newest link of a mailbox, as its admin is told of it; the link itself is not kept."""

    made_at: datetime
    #: The address of who made it.
    made_by: str
    valid_until: datetime
    used: bool
    #: It can be used still.
    open: bool


def holding(db: Session, deps: Deps, text: str) -> MailboxRow:
    """The row of the mailbox that a token is for.

    Raises:
        RepairEnded: the link can no longer be used, and why.
    """
    try:
        token = read_token(deps, PURPOSE, text)
    except LinkUnreadable:
        raise RepairEnded(Over.UNREADABLE) from None
    row = db.get(MailboxRow, token.about)
    if row is None or _is_shut_out(db, row):
        raise RepairEnded(Over.GONE)
    over = _why_over(db, row, token, deps.clock.now())
    if over is None:
        return row
    finding = Finding.from_json(row.finding) if row.finding else None
    raise RepairEnded(over, works_since=_works_since(db, row), finding=finding)


def link_made(db: Session, row: MailboxRow, now: datetime) -> LinkMade | None:
    """The newest link of a mailbox; None when there is none to tell of."""
    if row.repair_made_at is None:
        return None
    valid_until = row.repair_made_at + VALID_FOR
    used = row.repair_nonce is None
    return LinkMade(
        made_at=row.repair_made_at,
        made_by=row.repair_made_by or "",
        valid_until=valid_until,
        used=used,
        open=not used and now <= valid_until and _fault_over(db, row) is None,
    )


def _why_over(db: Session, row: MailboxRow, token: Token, now: datetime) -> Over | None:
    if not token.has(row.repair_nonce):
        return Over.USED if _is_the_newest(row, token) else Over.REPLACED
    fault_over = _fault_over(db, row)
    if fault_over is Over.MENDED:
        return fault_over
    return Over.EXPIRED if token.is_older_than(VALID_FOR, now) else fault_over


def _fault_over(db: Session, row: MailboxRow) -> Over | None:
    """Whether what the link was made for goes on no more."""
    incident = incidents.open_row(db, row)
    if row.finding is None or incident is None:
        return Over.MENDED
    made_at = row.repair_made_at
    return None if made_at is not None and incident.outage_at <= made_at else Over.EARLIER


def _is_the_newest(row: MailboxRow, token: Token) -> bool:
    """Nothing was made after it: its nonce is gone because it was used."""
    made_at = row.repair_made_at
    newest = made_at is not None and token.signed_at >= made_at.replace(microsecond=0)
    return newest and row.repair_nonce is None


def _works_since(db: Session, row: MailboxRow) -> datetime | None:
    """When its last outage ended; None while it goes on, or while the sync that ends it runs."""
    if row.finding is not None or row.incident_id is not None or row.repair_made_at is None:
        return None
    ended = [
        each.ended_at
        for each in incidents.incidents_of(db, row.id, row.repair_made_at)
        if each.ended_by is Ending.RECOVERED
    ]
    return ended[-1] if ended else None


def _is_shut_out(db: Session, row: MailboxRow) -> bool:
    owner = find_person(db, row.staff_id)
    return owner is None or owner.standing is Standing.DISABLED
