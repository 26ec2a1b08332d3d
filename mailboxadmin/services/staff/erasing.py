"""Erasing a mailbox: everything that is stored of it, in database, indexes, files and logs.

    nothing opens it, nothing runs ──► rows, in bites ──► its row anew, and one entry
        ──► recordings, the log file ──► words out of the indexes, the WAL, the room between rows

Killed at any point, it can be begun again and ends the same. On the mail server nothing is
changed. What is not here cannot be deleted here: backups elsewhere, exports, mail that was
sent to people; backups in the instance folder are named.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import AlreadyRunning
from mailboxadmin.services.debug.recordings import delete_recordings, list_recordings
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.log_file import forget_log
from mailboxadmin.services.sign_in.permission import disconnect, read_permission
from mailboxadmin.services.work.runs import is_live
from mailboxadmin.store import activity_search, leases, mail_search, runs
from mailboxadmin.store import erasing as rows
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.backup import database_file, files_of, holds_mailbox
from mailboxadmin.store.debug import drop_switches
from mailboxadmin.store.mailboxes import address_by_id
from mailboxadmin.store.overwriting import OTHERS_WAIT_S, leave_nothing, overwriting

log = logging.getLogger(__name__)

#: How long a run is waited for that was told to stop; a dead one holds its mailbox no longer.
RUN_ENDS_WITHIN_S = 75.0
LOOK_EVERY_S = 0.1
#: Rows deleted in one transaction, so that nobody waits long for the writer.
BITE = 200
#: Of an index, merged in one transaction.
MERGE_PAGES = 200

REMAINS = (
    "{why}. So remains may lie in the database file, between the rows of others, where no page, "
    "search or export finds them. To overwrite them too, stop the server and run "
    "`mailboxadmin erase {address} --yes` again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToErase:
    """What there is of a mailbox."""

    address: str
    messages: int
    #: Of the messages.
    bytes: int
    folders: int
    #: Passwords and tokens.
    secrets: int
    #: Lines of the activity log.
    entries: int
    #: Recordings of debug mode.
    recordings: int
    #: Copies of the database in the instance folder that hold some of it; they stay.
    backups: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased of a mailbox, and what is left to be done by a person."""

    address: str
    messages: int
    #: Copies of the database in the instance folder that hold some of it still.
    backups: tuple[Path, ...]
    #: The provider's pages where its owner ends the permission; empty when nobody has to.
    end_at: tuple[str, ...]
    #: A sentence about what may be left in the database file; empty when nothing is.
    remains: str


def what_would_go(deps: Deps, mailbox_id: int) -> ToErase:
    """What `erase_mailbox` would delete; nothing is changed.

    Raises:
        NotFound: there is no such mailbox.
    """
    with deps.store.read() as db:
        address = address_by_id(db, mailbox_id)
        stored = rows.count_stored(db, mailbox_id)
    return ToErase(
        address=address,
        messages=stored.messages,
        bytes=stored.bytes,
        folders=stored.folders,
        secrets=stored.secrets,
        entries=stored.entries,
        recordings=len(list_recordings(deps, mailbox_id)),
        backups=_backups_with(deps, address),
    )


def erase_mailbox(
    deps: Deps, mailbox_id: int, *, actor: str, alone: bool = False, asked_for: int = 0
) -> Erased:
    """Delete everything of a mailbox for good; its owner stays, with an empty new mailbox.

    Args:
        alone: nobody else uses the instance, so that the file may be written anew however long
            that takes.
        asked_for: messages there were when it was begun with, if a part of them is gone since.

    Raises:
        NotFound: there is no such mailbox.
        AlreadyRunning: a run does not end; nothing but what opens the mailbox was deleted.
        StoreUnavailable: the database cannot be written.
        OSError: a file cannot be deleted.
    """
    end_at = end_permission(deps, mailbox_id, actor)
    address = _stop(deps, mailbox_id, actor)
    with deps.live.kept_away(mailbox_id):
        _wait_for_the_run(deps, mailbox_id)
        messages = max(_delete_rows(deps, mailbox_id), asked_for)
        _begin_anew(deps, mailbox_id, address, messages, actor)
    _forget_here(deps, mailbox_id)
    delete_recordings(deps, mailbox_id)
    forget_log(deps.instance)
    why = _overwrite(deps, None if alone else OTHERS_WAIT_S)
    return Erased(
        address=address,
        messages=messages,
        backups=_backups_with(deps, address),
        end_at=end_at,
        remains=REMAINS.format(why=why, address=address) if why else "",
    )


def end_permission(deps: Deps, mailbox_id: int, actor: str) -> tuple[str, ...]:
    """End it at the provider too, while its token is here; the pages where a person has to."""
    with deps.store.read() as db:
        permission = read_permission(db, mailbox_id)
    if permission is None:
        return ()
    done = disconnect(deps, mailbox_id, actor=actor)
    return () if done.revoked or permission.ended_at is not None else done.pages


def _stop(deps: Deps, mailbox_id: int, actor: str) -> str:
    """From now on nothing begins with this mailbox, and what goes on is told to end."""
    with deps.store.write() as db:
        address = address_by_id(db, mailbox_id)
        rows.let_rest(db, mailbox_id)
        drop_switches(db, mailbox_id=mailbox_id)
        checks = rows.stop_checks(db, mailbox_id, by=actor, now=deps.clock.now())
        running = runs.live_run(db, mailbox_id)
        if running is not None:
            runs.request_cancel(db, running, by=actor)
    if running is not None:
        deps.running.stop(running, by=actor)
    for check_id in checks:
        deps.testing.stop(check_id, by=actor)
    return address


def _wait_for_the_run(deps: Deps, mailbox_id: int) -> None:
    until = time.monotonic() + RUN_ENDS_WITHIN_S
    while _runs(deps, mailbox_id):
        if time.monotonic() >= until:
            raise AlreadyRunning("A sync of this mailbox does not end; try again in a minute.")
        time.sleep(LOOK_EVERY_S)


def _runs(deps: Deps, mailbox_id: int) -> bool:
    with deps.store.read() as db:
        lease = leases.lease_of(db, mailbox_id)
    return lease is not None and is_live(lease, deps.clock.now())


def _delete_rows(deps: Deps, mailbox_id: int) -> int:
    """Delete what there may be much of; how many messages that were."""
    deleted = dict.fromkeys(rows.MANY, 0)
    for table in rows.MANY:
        gone = BITE
        while gone == BITE:
            with deps.store.write(background=True) as db:
                gone = rows.delete_some(db, table, mailbox_id, BITE)
            deleted[table] += gone
    return deleted[rows.MessageRow]


def _begin_anew(deps: Deps, mailbox_id: int, address: str, messages: int, actor: str) -> None:
    """The rest, and the one entry that stays, in one transaction."""
    now = deps.clock.now()
    entry = Entry(
        code=Code.MAILBOX_ERASED,
        level=Level.WARNING,
        message="Everything that was stored of this mailbox was erased here. On the mail server "
        "nothing was changed.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"messages": messages},
    )
    with deps.store.write() as db:
        rows.forget_told(db, mailbox_id, address)
        rows.begin_anew(db, mailbox_id, now)
        add_entry(db, entry, now)


def _forget_here(deps: Deps, mailbox_id: int) -> None:
    """What this process remembers of it."""
    deps.mapped_at.pop(mailbox_id, None)
    deps.log_errors.clear()


def _overwrite(deps: Deps, within_s: float | None) -> str:
    """Have nothing of what was deleted left in the database's files; why not, empty when so."""
    for merge in (mail_search.merge, activity_search.merge):
        _merge_all(deps, merge)
    why = leave_nothing(deps.store, within_s=within_s)
    if why:
        log.warning("what was erased was not overwritten everywhere: %s", why)
    return why


def _merge_all(deps: Deps, merge: Callable[..., bool]) -> None:
    """One round over an index: words of deleted rows are in none of its parts afterwards."""
    begin, more = True, True
    while more:
        with deps.store.write(background=True) as db, overwriting(db):
            more = merge(db, MERGE_PAGES, begin=begin)
        begin = False


def _backups_with(deps: Deps, address: str) -> tuple[Path, ...]:
    live = set(files_of(database_file(deps.store.engine)))
    files = (file for file in deps.instance.rglob("*") if file.is_file() and file not in live)
    return tuple(sorted(file for file in files if holds_mailbox(file, address)))
