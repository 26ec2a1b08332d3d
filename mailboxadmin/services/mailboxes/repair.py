"""Ask the owner to fix it: a link in which just this owner can do just this, without signing in.

    make_repair_link ──► nonce kept ──► repair: tried first; green: nonce gone, saved, synced
                              │   │         `── red: nothing changed, the link stays good
                              │   `──► a consent (`consent.py`): the same, by `claim_by_link`
                              └── another link / deactivated / restored: nonce replaced or gone

It is over as well when the mailbox works again, whoever mended it, and after three days.
The link opens no session and shows no mail and no settings.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.errors import AlreadyRunning, InvalidInput, InvalidInputs
from mailboxadmin.domain.finding import Finding
from mailboxadmin.domain.mailbox import Server
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.people import Standing
from mailboxadmin.domain.provider import Provider
from mailboxadmin.domain.repair import Way, may_be_right, way_to_mend
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import Claim, configure_mailbox, only_oauth
from mailboxadmin.services.mailboxes.repair_links import (
    PURPOSE,
    VALID_FOR,
    Over,
    RepairEnded,
    holding,
)
from mailboxadmin.services.office.effective import app_in_force, effective_for
from mailboxadmin.services.sign_in.connecting import app_ready_for
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.signed_links import new_nonce, sign
from mailboxadmin.services.syncing.sync import start_sync
from mailboxadmin.services.verdict.findings import whom_to_ask
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.mailboxes import address_of, mailbox_row
from mailboxadmin.store.staff import find_person
from mailboxadmin.store.tables import MailboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What a link shows, and all that it shows."""

    mailbox_id: int
    address: str
    owner_name: str
    finding: Finding
    way: Way
    #: Where the owner can agree once more; None where that does not mend it, or nobody set it up.
    app: AppKey | None
    #: Where the password goes; None when no server is known.
    server: Server | None
    #: Who runs that server; None when it is not a known provider.
    provider: Provider | None
    #: Whom to ask in this office; empty when nobody was named.
    contact: str
    #: Until when the link can be used.
    valid_until: datetime
    #: The one that is stored may well be right, and trying it again be enough.
    password_may_be_right: bool
    #: The names that may be entered here: the two forms of the address, and what is stored.
    usernames: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What became of it."""

    address: str
    #: The mail is being fetched; else the mailbox is paused.
    syncing: bool


def make_repair_link(deps: Deps, mailbox_id: int, *, actor: str) -> str:
    """A new link for the owner of a mailbox, as a full address; an earlier one ends.

    Raises:
        NotFound: there is no such mailbox.
        InvalidInput: there is nothing that its owner could mend in a link.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        row = mailbox_row(db, mailbox_id)
        _require_use(db, deps, row)
        row.repair_nonce = new_nonce()
        row.repair_made_at, row.repair_made_by = now, actor
        add_entry(db, _made(db, row, actor), now)
        return f"{deps.base_url}/repair/{sign(deps, PURPOSE, mailbox_id, row.repair_nonce)}"


def open_repair(deps: Deps, text: str) -> Repair:
    """What a link is for; nothing is changed.

    Args:
        text: the token in the link.

    Raises:
        RepairEnded: the link can no longer be used, and why.
    """
    with deps.store.read() as db:
        return _repair(db, deps, holding(db, deps, text))


def repair(deps: Deps, text: str, password: str, username: str = "") -> Repaired:
    """Try what was entered, and save it when every step is green.

    Args:
        text: the token in the link.
        password: empty tries the stored one again, where that may be right.
        username: one of `Repair.usernames`; empty leaves it as it is.

    Raises:
        RepairEnded: the link can no longer be used, and why.
        InvalidInputs: something is missing or malformed; the link stays good.
        NotSaved: it was tried and does not work; the link stays good.
        TooManyRefused: the mail server refused the owner too often; the link stays good.
    """
    found = open_repair(deps, text)
    username = username.strip()
    _require_password(found, password)
    _require_own(found, username)
    draft = Draft(password=password or None, username=username or None)
    configure_mailbox(
        deps,
        found.mailbox_id,
        draft,
        actor=found.address,
        set_by="staff",
        test=True,
        claim=claim_by_link(deps, text),
    )
    syncing = fetch_mended(deps, found.mailbox_id, actor=found.address)
    return Repaired(address=found.address, syncing=syncing)


def claim_by_link(deps: Deps, text: str) -> Claim:
    """What uses up a link, in the transaction that saves what was done in it.

    The claim raises RepairEnded when the link holds no more: another try in it was faster.
    """

    def use_up(db: Session) -> None:
        row = holding(db, deps, text)
        row.repair_nonce = None
        add_entry(db, _used(db, row), deps.clock.now())

    return use_up


def fetch_mended(deps: Deps, mailbox_id: int, *, actor: str) -> bool:
    """Fetch the mail of a mailbox that can be opened now; False when it rests."""
    try:
        start_sync(deps, mailbox_id, actor=actor)
    except AlreadyRunning:
        return True  # The scheduler was a moment faster.
    except InvalidInput:
        return False
    return True


def _require_use(db: Session, deps: Deps, row: MailboxRow) -> None:
    owner = find_person(db, row.staff_id)
    if owner is None or owner.standing is Standing.DISABLED:
        raise InvalidInput("mailbox", "Its owner is deactivated; reactivate them first.")
    if row.finding is None:
        raise InvalidInput("mailbox", "Nothing is wrong with it any more: there is no need to ask.")
    if way_of(db, deps, row, Finding.from_json(row.finding)) is Way.OTHERWISE:
        raise InvalidInput("mailbox", "What is wrong now is not mended by its owner in a link.")


def _require_password(found: Repair, password: str) -> None:
    if found.way is not Way.PASSWORD:
        who = found.provider.name if found.provider else "This server"
        _refuse("mailbox", f"{who} takes no passwords: entering one here changes nothing.")
    if not password and not found.password_may_be_right:
        _refuse("password", "Enter the password.")


def _require_own(found: Repair, username: str) -> None:
    """Who has the link must not put another account in the owner's place."""
    if username and username.lower() not in map(str.lower, found.usernames):
        names = " or ".join(found.usernames)
        _refuse(
            "username",
            f"Here it can only be {names}; another one is entered in Mailbox Config, signed in.",
        )


def _refuse(field: str, sentence: str) -> None:
    raise InvalidInputs((InvalidInput(field, sentence),))


def _repair(db: Session, deps: Deps, row: MailboxRow) -> Repair:
    owner = find_person(db, row.staff_id)
    server = effective_for(db, deps.providers, row.id).server
    # All three are there while the link holds.
    assert owner is not None and row.repair_made_at is not None and row.finding is not None
    finding = Finding.from_json(row.finding)
    way = way_of(db, deps, row, finding)
    names = (owner.email, owner.email.partition("@")[0], row.username or owner.email)
    if way is Way.OTHERWISE:
        raise RepairEnded(Over.OTHERWISE, finding=finding)
    return Repair(
        mailbox_id=row.id,
        address=owner.email,
        owner_name=owner.name,
        finding=finding,
        way=way,
        app=app_ready_for(db, deps, row.id) if way is Way.CONSENT else None,
        server=server,
        provider=deps.providers.by_host(server.host) if server else None,
        contact=whom_to_ask(db),
        valid_until=row.repair_made_at + VALID_FOR,
        password_may_be_right=may_be_right(finding),
        usernames=tuple(dict.fromkeys(names)),
    )


def way_of(db: Session, deps: Deps, row: MailboxRow, finding: Finding) -> Way:
    """What the owner of a mailbox can do about what is wrong with it."""
    in_force = effective_for(db, deps.providers, row.id)
    provider = deps.providers.by_host(in_force.server.host) if in_force.server else None
    by_token = app_in_force(db, row.id) is not None
    return way_to_mend(finding, only_oauth=only_oauth(in_force, provider), by_token=by_token)


def _made(db: Session, row: MailboxRow, actor: str) -> Entry:
    assert row.repair_made_at is not None
    return Entry(
        code=Code.MAILBOX_LINK_MADE,
        message=f"A link was made in which {address_of(db, row)} can mend it without signing in.",
        actor=actor,
        mailbox_id=row.id,
        detail={"valid_until": rfc3339(row.repair_made_at + VALID_FOR)},
    )


def _used(db: Session, row: MailboxRow) -> Entry:
    owner = address_of(db, row)
    return Entry(
        code=Code.MAILBOX_LINK_USED,
        message=f"{owner} mended the sign-in by link; the link works no more.",
        actor=owner,
        mailbox_id=row.id,
        detail={"by": "link"},
    )
