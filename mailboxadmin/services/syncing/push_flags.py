r"""Flags that somebody set or took away here, told to the server.

    folder by folder: SELECT --- numbered anew, put back, read-only, keeps no \Flagged --> failed
       |
       FETCH FLAGS --- gone --------------------------------------------------> failed
       |    `--------- so already --------------------------------------------> settled
       |
       STORE +-FLAGS.SILENT (\Flagged) ---------------------------------------> settled

The server is asked before it is told, so a run that was killed between STORE and its commit
finds the server so already. Nothing else of a message's flags is touched, so no condition
(UNCHANGEDSINCE) is needed: what else changed meanwhile comes with the next flags.
"""

from collections.abc import Sequence
from itertools import groupby

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.folder import FolderStatus
from mailboxadmin.domain.message import FLAGGED
from mailboxadmin.services.clicks.numbers import cannot_be_told, why_strange
from mailboxadmin.services.syncing.filing_desk import Desk
from mailboxadmin.store.changes import Change
from mailboxadmin.store.slices import slices

#: Flags that are settled in one transaction.
MOST_AT_ONCE = 1000

#: Why the server cannot be told, as the end of a sentence.
READ_ONLY = "it opens the folder for reading only."
KEEPS_NONE = r"it keeps no flags there (\Flagged is not among its permanent flags)."
GONE = "The message is no longer there."


def push_flags(desk: Desk, waiting: Sequence[Change]) -> None:
    """Tell the server which messages are flagged, or no more.

    Raises:
        MailFailure: it does not let us at all, or went away.
        Cancelled, StoreUnavailable
    """
    for _, of_folder in groupby(waiting, key=lambda change: change.folder_id):
        changes = list(of_folder)
        desk.fail(Kind.FLAG, [each for each in changes if each.removed], why=GONE)
        there = [each for each in changes if each.uid is not None and not each.removed]
        if not there:
            continue
        try:
            _tell_folder(desk, there)
        except MailFailure as failure:
            desk.refused(Kind.FLAG, there, failure)


def _tell_folder(desk: Desk, changes: Sequence[Change]) -> None:
    status = desk.session.select(changes[0].folder, writable=True)
    why = _why_not(desk, status, changes)
    if why is not None:
        desk.fail(Kind.FLAG, changes, why=cannot_be_told(why))
        return
    for some in slices(changes, MOST_AT_ONCE):
        desk.run.control.proceed()
        _tell(desk, some)


def _why_not(desk: Desk, status: FolderStatus, changes: Sequence[Change]) -> str | None:
    known = {each.uid: each.header_id for each in changes if each.uid is not None}
    why = why_strange(desk.deps, desk.session, changes[0].folder_id, status, known)
    if why is not None:
        return why
    if status.read_only:
        return READ_ONLY
    return None if status.keeps(FLAGGED) else KEEPS_NONE


def _tell(desk: Desk, changes: Sequence[Change]) -> None:
    by_uid = {each.uid: each for each in changes if each.uid is not None}
    flags = {uid: said for uid, said, _ in desk.session.flags(by_uid) if uid in by_uid}
    for wanted in (True, False):
        otherwise = [
            uid
            for uid, said in flags.items()
            if by_uid[uid].flagged is wanted and (FLAGGED in said) is not wanted
        ]
        if otherwise:
            desk.session.store_flag(otherwise, FLAGGED, on=wanted, unchanged_since=None)
    desk.settle_flags([(by_uid[uid], _with(by_uid[uid], said)) for uid, said in flags.items()])
    gone = [change for uid, change in by_uid.items() if uid not in flags]
    desk.fail(Kind.FLAG, gone, why=GONE)


def _with(change: Change, said: frozenset[str]) -> frozenset[str]:
    return said | {FLAGGED} if change.flagged else said - {FLAGGED}
