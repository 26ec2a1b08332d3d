"""The inbox of one mailbox, for its owner: the list, the folders, and how the mailbox is.

Whoever calls says whose mailbox it is; `web.mail.own` is where that is decided.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Code, Logged
from mailboxadmin.domain.effective import Effective
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.filing import NotDone
from mailboxadmin.domain.inbox import Asked, InboxFolder, MailPage, Show
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.repair import Way
from mailboxadmin.services.clicks.read_status import Unsent, unsent_clicks
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.repair import way_of
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.sign_in.connecting import app_ready_for
from mailboxadmin.services.verdict.findings import whom_to_ask
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import activity_pages, board, mailbox_facts
from mailboxadmin.store.changes import count_changes, failed_changes
from mailboxadmin.store.inbox import list_page
from mailboxadmin.store.inbox_folders import inbox_folders, signs_of
from mailboxadmin.store.mailboxes import mailbox_row

#: For so long the inbox says what could not be marked on the server.
SAID_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the mailbox is, and what its owner can do about it."""

    mailbox: Mailbox
    #: Whose app suits it, where that is set up: its owner can connect with it.
    app: AppKey | None
    way: Way
    #: Whom to ask in this office; empty when nobody was named.
    contact: str
    #: What was marked here and waits to be sent.
    unsent: Unsent
    #: What could not be marked on the server lately; None when all could.
    failed: Logged | None
    #: What was moved or flagged here and the server was not told yet.
    unfiled: int
    #: What it could not be told of, and the last of it; a person decides.
    not_filed: int
    last_not_filed: NotDone | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What the page of the inbox shows."""

    health: Health
    folders: tuple[InboxFolder, ...]
    #: Whose messages are listed; None: those of all folders.
    folder: InboxFolder | None
    asked: Asked
    page: MailPage
    #: The names of the folders that are synced.
    wanted: tuple[str, ...]
    #: Mail may be moved and flagged; then, the folders that it can be moved to.
    may_file: bool
    targets: tuple[str, ...]
    #: Mail that was read before it was fetched is not here.
    only_unread: bool
    #: 0: only when a sync brings something.
    refresh_s: int
    #: Equal as long as nothing in the list can have changed; for an address.
    signs: str


def read_inbox(deps: Deps, mailbox_id: int, asked: Asked, *, everything: bool = False) -> Inbox:
    """A page of the list and what stands around it.

    Args:
        asked: its `folder_id` may be anybody's: of another mailbox's there is nothing.
        everything: list all folders; else one, INBOX when none is asked for.

    Raises:
        NotFound: there is no such mailbox, or it has no such folder.
    """
    with deps.store.read() as db:
        health = _health(db, deps, mailbox_id)
        in_force = effective_for(db, deps.providers, mailbox_id)
        folders = tuple(
            each
            for each in inbox_folders(db, mailbox_id)
            if each.opened or each.name in in_force.folders
        )
        folder = None if everything else _chosen(folders, asked.folder_id)
        asked = replace(
            asked,
            folder_id=folder.id if folder else None,
            threads=_is_on(in_force, "threading"),
        )
        listed = [folder] if folder else folders
        return Inbox(
            health=health,
            folders=folders,
            folder=folder,
            asked=asked,
            page=list_page(db, mailbox_id, _worth_reading(listed, asked), asked),
            wanted=in_force.folders,
            may_file=in_force.allows_changes,
            targets=_targets(db, mailbox_id) if in_force.allows_changes else (),
            only_unread=in_force.only_unread,
            refresh_s=int(str(office_values(db)["auto_refresh_seconds"])),
            signs=_signs(db, mailbox_id),
        )


def count_unread(deps: Deps, mailbox_id: int) -> int:
    """The unread messages of INBOX, at most `domain.inbox.COUNTED`."""
    with deps.store.read() as db:
        folders = inbox_folders(db, mailbox_id)
    return sum(each.unread for each in folders if each.name == "INBOX")


def inbox_signs(deps: Deps, mailbox_id: int) -> str:
    """What tells cheaply whether the list is still as it was.

    Raises:
        NotFound: there is no such mailbox.
    """
    with deps.store.read() as db:
        mailbox_row(db, mailbox_id)
        return _signs(db, mailbox_id)


def _worth_reading(folders: tuple[InboxFolder, ...] | list[InboxFolder], asked: Asked) -> list[int]:
    removed = asked.show is Show.REMOVED
    return [each.id for each in folders if each.messages or removed]


def _chosen(folders: tuple[InboxFolder, ...], folder_id: int | None) -> InboxFolder | None:
    if folder_id is None:
        return next((each for each in folders if each.name == "INBOX"), None)
    found = next((each for each in folders if each.id == folder_id), None)
    if found is None:
        raise NotFound("This mailbox has no such folder.")
    return found


def _health(db: Session, deps: Deps, mailbox_id: int) -> Health:
    now = deps.clock.now()
    mailbox = board.one_mailbox(db, mailbox_id, partial(is_live, now=now))
    if mailbox is None:
        raise NotFound("There is no such mailbox.")
    finding, row = mailbox.finding, mailbox_row(db, mailbox_id)
    unfiled, not_filed = count_changes(db, mailbox_id)
    codes = [Code.READ_STATUS_FAILED]
    failed = activity_pages.entries(db, mailbox_id=mailbox_id, codes=codes, limit=1)
    return Health(
        mailbox=mailbox,
        app=app_ready_for(db, deps, mailbox_id),
        way=way_of(db, deps, row, finding) if finding else Way.OTHERWISE,
        contact=whom_to_ask(db),
        unsent=unsent_clicks(db, deps, mailbox_id),
        failed=next((each for each in failed if now - each.at < SAID_FOR), None),
        unfiled=unfiled,
        not_filed=not_filed,
        last_not_filed=_last_not_filed(db, mailbox_id) if not_filed else None,
    )


def _last_not_filed(db: Session, mailbox_id: int) -> NotDone | None:
    return next(iter(failed_changes(db, mailbox_id, limit=1)), None)


def _targets(db: Session, mailbox_id: int) -> tuple[str, ...]:
    """The folders that mail can be moved to, INBOX first."""
    listed = mailbox_facts.listed_folders(db, mailbox_id) or ()
    return tuple(sorted(listed, key=lambda name: (name != "INBOX", name.casefold())))


def _is_on(in_force: Effective, key: str) -> bool:
    return in_force.values[key].value is True


def _signs(db: Session, mailbox_id: int) -> str:
    signs = signs_of(db, mailbox_id)
    at = signs.last_success_at.timestamp() if signs.last_success_at else 0
    return f"{at:.3f}-{signs.state}-{signs.messages}-{signs.last_id}-{signs.pending}"
