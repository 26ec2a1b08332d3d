"""One mailbox and its past: what its page shows."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Level, Logged
from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.folder import FolderState
from mailboxadmin.domain.mailbox import Encryption, Mailbox
from mailboxadmin.domain.oauth import AppKey, Permission
from mailboxadmin.domain.repair import Way
from mailboxadmin.domain.run import Progress
from mailboxadmin.domain.timeline import Window
from mailboxadmin.services.clicks.read_status import Unsent, unsent_clicks
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.repair import way_of
from mailboxadmin.services.office.effective import effective_for
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.overview.timeline import Story, read_story
from mailboxadmin.services.sign_in.connecting import app_ready_for
from mailboxadmin.services.sign_in.permission import read_permission
from mailboxadmin.services.verdict.findings import whom_to_ask
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import activity_pages, board, runs
from mailboxadmin.store.changes import count_changes
from mailboxadmin.store.contents import count_waiting
from mailboxadmin.store.mailboxes import mailbox_row

RUNS = 8
ENTRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A mailbox and its past."""

    mailbox: Mailbox
    folders: tuple[FolderState, ...]
    #: Messages that are listed and whose text was not read yet.
    unexamined: int
    #: The names of those that are synced.
    wanted: tuple[str, ...]
    #: What happened to it: the strip, what came before it broke, the last thirty days.
    story: Story
    #: The newest runs, newest first.
    runs: tuple[Progress, ...]
    #: The newest entries of its log, newest first, without the routine ones.
    entries: tuple[Logged, ...]
    #: So many days back the log and the incidents are kept.
    kept_days: int
    encryption: Encryption
    #: Whom to ask in this office; empty when nobody was named.
    contact: str
    #: What was marked here and waits to be sent.
    unsent: Unsent
    #: What was moved or flagged here: how much the server was not told yet, and how much it
    #: could not be told of, about which the owner decides.
    unfiled: int
    not_filed: int
    #: The permission it signs in with; None where it is a password, or nothing yet.
    permission: Permission | None
    #: Whose app suits it, where that is set up: its owner can connect with it.
    app: AppKey | None
    #: What its owner can do about what is wrong.
    way: Way


def read_history(deps: Deps, mailbox_id: int, window: Window | None = None) -> History:
    """The mailbox and its past.

    Args:
        window: how far back its strip goes; None chooses.

    Raises:
        NotFound: there is none of that id.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        mailbox = board.one_mailbox(db, mailbox_id, partial(is_live, now=now))
        if mailbox is None:
            raise NotFound("There is no such mailbox.")
        in_force = effective_for(db, deps.providers, mailbox_id)
        server, office = in_force.server, office_values(db)
        newest = activity_pages.entries(
            db, mailbox_id=mailbox_id, minimum=Level.INFO, limit=ENTRIES
        )
        unfiled, not_filed = count_changes(db, mailbox_id)
        return History(
            mailbox=mailbox,
            folders=board.folder_states(db, mailbox_id),
            unexamined=count_waiting(db, mailbox_id),
            wanted=in_force.folders,
            story=read_story(db, deps, mailbox, window, now),
            runs=runs.recent_runs(db, mailbox_id, RUNS),
            entries=tuple(newest),
            kept_days=int(str(office["activity_retention_days"])),
            encryption=server.encryption if server else Encryption.SSL,
            contact=whom_to_ask(db),
            unsent=unsent_clicks(db, deps, mailbox_id),
            unfiled=unfiled,
            not_filed=not_filed,
            permission=read_permission(db, mailbox_id),
            app=app_ready_for(db, deps, mailbox_id),
            way=_way(db, deps, mailbox),
        )


def _way(db: Session, deps: Deps, mailbox: Mailbox) -> Way:
    if mailbox.finding is None:
        return Way.OTHERWISE
    return way_of(db, deps, mailbox_row(db, mailbox.id), mailbox.finding)
