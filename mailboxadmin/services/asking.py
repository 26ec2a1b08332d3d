"""What an admin needs to ask whoever must act on a mailbox's finding."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.repair import Way
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.repair import make_repair_link, way_of
from mailboxadmin.services.repair_links import LinkMade, link_made
from mailboxadmin.services.runs import is_live
from mailboxadmin.store import board, incidents
from mailboxadmin.store.mailboxes import address_by_id, mailbox_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of whom."""

    mailbox: Mailbox
    finding: Finding
    #: Addresses of all mailboxes with this cause, by the alphabet; at least this one.
    concerned: tuple[str, ...]
    #: What they have in common: a host, the key of an OAuth app, or nothing.
    reach: str
    #: When the first of them stopped; None when that is not known.
    since: datetime | None
    #: What the owner can do about it in a link.
    way: Way
    #: What whoever acts must do, as an infinitive: `enter the right password`.
    task: str
    #: The cause in half a sentence, for several mailboxes.
    short: str
    #: The newest link that was made for it; None when there is none.
    link: LinkMade | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A link that was just made: shown once, and not kept."""

    url: str
    valid_until: datetime


def ask_with_link(deps: Deps, mailbox_id: int, *, actor: str) -> tuple[Asking, Linked]:
    """Make a link in which the owner mends it; an earlier one ends.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: there is nothing that its owner could mend in a link.
    """
    url = make_repair_link(deps, mailbox_id, actor=actor)
    asking = read_asking(deps, mailbox_id)
    if asking is None or asking.link is None:
        # It was mended in this moment.
        raise InvalidInput("mailbox", "Nothing is wrong with it any more.")
    return asking, Linked(url=url, valid_until=asking.link.valid_until)


def read_asking(deps: Deps, mailbox_id: int) -> Asking | None:
    """What to ask; None when nothing is wrong.

    Raises:
        NotFound: there is no such mailbox.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        mailbox = board.one_mailbox(db, mailbox_id, partial(is_live, now=now))
        if mailbox is None:
            raise NotFound("There is no such mailbox.")
        if mailbox.finding is None:
            return None
        row = mailbox_row(db, mailbox_id)
        concerned, reach, since = _with_this_cause(db, mailbox)
        return Asking(
            mailbox=mailbox,
            finding=mailbox.finding,
            concerned=concerned,
            reach=reach,
            since=since,
            way=way_of(db, deps, row, mailbox.finding),
            task=deps.diagnosis.task(mailbox.finding, reach),
            short=deps.diagnosis.short(mailbox.finding, reach),
            link=link_made(db, row, now),
        )


def _with_this_cause(db: Session, mailbox: Mailbox) -> tuple[tuple[str, ...], str, datetime | None]:
    """Their addresses, what they have in common, and when the first stopped."""
    here = incidents.incident_of(db, mailbox.id)
    if here is None:
        return (mailbox.address,), "", mailbox.finding_since
    same = [each for each in incidents.open_incidents(db) if each.cause == here.cause]
    addresses = sorted(address_by_id(db, each.mailbox_id) for each in same)
    return tuple(addresses), here.reach, min(each.outage_at for each in same)
