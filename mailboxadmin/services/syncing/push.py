r"""What was marked here, told to the server: the first thing in a run, and the last.

    outbox --- nothing waits ----------------> not even a command is sent
       |
       |-- sync_read_status off -------------> stays here, and that is said
       |
       folder by folder: SELECT --- renumbered, put back from a backup, read-only,
       |                            keeps no \Seen ---------> given up, said
       |
       FETCH FLAGS --- gone ------------------> the click stays here, and that is said
       |    |--------- so already ------------> settled
       |    `--------- changed there too -----> kept as the server's, and the conflict is said
       |
       STORE +-FLAGS.SILENT (UNCHANGEDSINCE) --- MODIFIED --> FETCH again, STORE in any case
       |
       `-- settled, unless another click came meanwhile: that one waits

The server is asked before it is told, so a run that was killed between STORE and its
commit finds the server so already, and ends where an undisturbed one would have. Up to
a thousand clicks of a folder are settled in one transaction, with the entry that says
so. A click wins over what the server says: what it does not have yet, it is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.folder import FolderStatus
from mailboxadmin.domain.message import SEEN
from mailboxadmin.imap.session import Session
from mailboxadmin.services.clicks.numbers import why_strange
from mailboxadmin.services.clicks.outbox import Place
from mailboxadmin.services.clicks.read_status import wants_push
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.new_mail.pulling import Tally, of_the_folder
from mailboxadmin.services.syncing.pushing import Push, Told
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store import folders, read_changes
from mailboxadmin.store.read_changes import Click
from mailboxadmin.store.slices import slices

#: Clicks that are settled in one transaction: a person's next click never waits long behind one.
MOST_AT_ONCE = 1000

#: Why it is not sent, as the end of a sentence.
SWITCHED_OFF = "sync_read_status was switched off before the next sync."
GONE = "they are no longer there."
READ_ONLY = "it opens the folder for reading only."
KEEPS_NONE = r"it keeps no read status there (\Seen is not among its permanent flags)."


def push_read_changes(deps: Deps, run: Run, session: Session, tally: Tally) -> None:
    """Tell the server what was marked here; nothing at all with `sync_read_status` off.

    A folder that refuses for a while is told at the next sync, and is a finding of the
    run; one that refuses for good is given up.

    Raises:
        MailFailure: the server does not let us at all, or went away; what it has is settled.
        Cancelled: the run was stopped.
        StoreUnavailable: the rows cannot be written.
    """
    with deps.store.read() as db:
        waiting = read_changes.waiting_clicks(db, run.mailbox_id)
        # Asked only then: most runs have nothing to tell.
        wanted = bool(waiting) and wants_push(db, deps, run.mailbox_id)
    for folder_id, of_folder in groupby(waiting, key=lambda click: click.folder_id):
        clicks = list(of_folder)
        place = Place(run=run, folder_id=folder_id, name=clicks[0].folder)
        push = Push(deps=deps, session=session, tally=tally, place=place)
        if not wanted:
            push.keep_here(clicks, why=SWITCHED_OFF, level=Level.WARNING)
            continue
        push.keep_here([click for click in clicks if click.removed], why=GONE, level=Level.INFO)
        on_server = [click for click in clicks if click.uid is not None and not click.removed]
        if on_server:
            _tell_folder(push, on_server)


def _tell_folder(push: Push, clicks: Sequence[Click]) -> None:
    try:
        status = push.session.select(push.place.name, writable=True)
        _remember_whether_it_keeps(push, status)
        why = _why_not(push, status, clicks)
        if why is not None:
            push.give_up(clicks, why=why)
            return
        for some in slices(clicks, MOST_AT_ONCE):
            push.place.run.control.proceed()
            told = list(_tell(push, some, unchanged_since=status.highest_modseq))
            push.settle(told)
            there = {click.message_id for click, _ in told}
            gone = [click for click in some if click.message_id not in there]
            push.keep_here(gone, why=GONE, level=Level.INFO)
    except MailFailure as failure:
        _refused(push, clicks, failure)


def _remember_whether_it_keeps(push: Push, status: FolderStatus) -> None:
    """Nothing is written when it is as it was."""
    with push.deps.store.read() as db:
        before = folders.keeps_seen(db, push.place.folder_id)
    if before is not status.keeps_seen:
        with push.writing() as (db, _now):
            folders.note_keeps_seen(db, push.place.folder_id, status.keeps_seen)


def _why_not(push: Push, status: FolderStatus, clicks: Sequence[Click]) -> str | None:
    """Why the folder cannot be told, as the end of a sentence; None when it can."""
    known = {click.uid: click.header_id for click in clicks if click.uid}
    why = why_strange(push.deps, push.session, push.place.folder_id, status, known)
    if why is not None:
        return why
    if status.read_only:
        return READ_ONLY
    return None if status.keeps_seen else KEEPS_NONE


def _refused(push: Push, clicks: Sequence[Click], failure: MailFailure) -> None:
    push.place.run.control.proceed()
    facts = failure.facts
    if not of_the_folder(facts):
        raise failure
    facts = replace(facts, phase=Phase.PUSH)
    finding = finding_for(push.deps, push.place.run.mailbox_id, facts)
    if finding.temporary:
        push.tally.failed(finding, facts)
    else:
        said = f" The server said: {facts.server_said}" if facts.server_said else ""
        push.give_up(clicks, why=finding.summary + said)


def _tell(push: Push, clicks: Sequence[Click], *, unchanged_since: int | None) -> Iterator[Told]:
    """Tell these; those that are still there, with the flags that the server has then."""
    by_uid = {click.uid: click for click in clicks if click.uid is not None}
    flags = {uid: said for uid, said, _ in push.session.flags(by_uid) if uid in by_uid}
    push.note_conflicts(by_uid, flags)
    modified = frozenset[int]()
    for seen in (True, False):
        otherwise = [
            uid
            for uid, said in flags.items()
            if by_uid[uid].seen is seen and (SEEN in said) is not seen
        ]
        if otherwise:
            left_alone = push.session.store_flag(
                otherwise, SEEN, on=seen, unchanged_since=unchanged_since
            )
            modified |= left_alone if unchanged_since is not None else frozenset()
    for uid in flags.keys() - modified:
        click = by_uid[uid]
        yield click, flags[uid] | {SEEN} if click.seen else flags[uid] - {SEEN}
    if modified:
        yield from _tell(push, [by_uid[uid] for uid in modified], unchanged_since=None)
