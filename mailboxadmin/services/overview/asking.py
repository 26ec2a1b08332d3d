"""What an admin needs to ask whoever must act on a mailbox's finding."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.domain.finding import Finding, Fixer
from mailboxadmin.domain.incident import Incident
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.repair import Way
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.repair import make_repair_link, way_of
from mailboxadmin.services.mailboxes.repair_links import LinkMade, link_made
from mailboxadmin.services.overview.cases import BROKEN
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import board, incidents
from mailboxadmin.store.mailboxes import address_by_id, mailbox_row

#: What an owner does in a link, also where the first to act is an admin, who may find the key.
ONCE_MORE = {
    Way.PASSWORD: "enter your password once more",
    Way.CONSENT: "connect it once more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of whom."""

    mailbox: Mailbox
    finding: Finding
    #: Addresses of the mailboxes with this cause, by the alphabet; at least this one, and no
    #: other where its owner asks or is asked.
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
    asking = read_asking(deps, mailbox_id, whole_office=True)
    if asking is None or asking.link is None:
        # It was mended in this moment.
        raise InvalidInput("mailbox", "Nothing is wrong with it any more.")
    return asking, Linked(url=url, valid_until=asking.link.valid_until)


def read_asking(deps: Deps, mailbox_id: int, *, whole_office: bool = False) -> Asking | None:
    """What to ask; None when nothing is wrong.

    Args:
        whole_office: who asks may know of the other mailboxes with this cause.

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
        here = incidents.incident_of(db, mailbox_id)
        way = way_of(db, deps, row, mailbox.finding)
        alone = mailbox.finding.fix_by is Fixer.OWNER or way in ONCE_MORE or not whole_office
        same = [here] if here and alone else _with_this_cause(db, here)
        return Asking(
            mailbox=mailbox,
            finding=mailbox.finding,
            concerned=tuple(sorted({mailbox.address, *_addresses(db, same)})),
            reach=mailbox.reach,
            since=min((each.outage_at for each in same), default=mailbox.finding_since),
            way=way,
            task=deps.diagnosis.task(mailbox.finding, mailbox.reach),
            short=deps.diagnosis.short(mailbox.finding, mailbox.reach),
            link=link_made(db, row, now),
        )


def _with_this_cause(db: Session, here: Incident | None) -> list[Incident]:
    """Those that end when one thing is mended; none of a mailbox that rests."""
    if here is None:
        return []
    same = (each for each in incidents.open_incidents(db) if each.cause == here.cause)
    return [each for each in same if mailbox_row(db, each.mailbox_id).state in BROKEN]


def _addresses(db: Session, same: Iterable[Incident]) -> list[str]:
    return [address_by_id(db, each.mailbox_id) for each in same]
