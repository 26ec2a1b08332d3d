"""Messages that somebody moved here, moved on the server.

    waits --- the folder was numbered anew, is read-only, or is not there,
      |       the message is gone, the server can move nothing --------> failed, with a reason
      |
    STATUS of the target: its numbers --> *asked* (committed) --> MOVE, or COPY and remove
                                             |                       |
        killed, cut off, refused, no COPYUID |                       `-- COPYUID --> settled: the
                                             |                           row has its new folder
    the next time: `services.syncing.found_again` <--'                           and UID, nothing is
       is it in the target? --- yes -------> settled                     fetched again
       `-- no: is it still here? -- yes ---> waits, as before
                                 `- no ----> failed: it is gone

That the server is asked is written down before it is asked, with the numbers that the target
has then. So whatever is cut off in between, the next run knows which messages may be in two
places, looks, and neither loses one nor has one twice. What was taken back meanwhile is moved
back from where it is found.
"""

from collections.abc import Sequence
from itertools import groupby

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.filing import Kind, WayToMove, way_to_move
from mailboxadmin.domain.folder import Copied, FolderStatus
from mailboxadmin.services.clicks.numbers import cannot_be_told, why_strange
from mailboxadmin.services.new_mail.pulling import of_the_folder
from mailboxadmin.services.syncing.filing_desk import Desk
from mailboxadmin.services.syncing.found_again import find_asked
from mailboxadmin.store import moves
from mailboxadmin.store.changes import Change, waiting_changes
from mailboxadmin.store.moves import Placed
from mailboxadmin.store.slices import slices

#: Messages that are moved by one command: what a command line holds (`imap.arguments`).
MOST_AT_ONCE = 300

READ_ONLY = "it opens the folder for reading only."
GONE = "The message is no longer where it was: another program moved or deleted it."
NO_WAY = (
    "This mail server cannot move messages (it offers neither MOVE nor UIDPLUS). "
    "Move it with the mail program that came with the mailbox."
)


def push_moves(desk: Desk) -> None:
    """Move on the server what was moved here.

    Raises:
        MailFailure: it does not let us at all, or went away; what it has is settled.
        Cancelled, StoreUnavailable
    """
    find_asked(desk, _waiting(desk))
    ready = [each for each in _waiting(desk) if each.asked is None]
    desk.fail(Kind.MOVE, [each for each in ready if each.removed], why=GONE)
    there = [each for each in ready if each.uid is not None and not each.removed]
    there.sort(key=lambda each: (each.folder_id, each.target_id or 0, each.uid or 0))
    for _, group in groupby(there, key=lambda each: (each.folder_id, each.target_id)):
        _move(desk, list(group))
    if there:
        # What the server did not say where it is now.
        find_asked(desk, _waiting(desk))


def _waiting(desk: Desk) -> list[Change]:
    with desk.deps.store.read() as db:
        return waiting_changes(db, desk.run.mailbox_id, Kind.MOVE)


def _move(desk: Desk, changes: Sequence[Change]) -> None:
    way, target = way_to_move(desk.session.capabilities), changes[0].target or ""
    if way is WayToMove.NONE:
        desk.fail(Kind.MOVE, changes, why=NO_WAY)
        return
    try:
        why = _why_not(desk, changes, desk.session.select(changes[0].folder, writable=True))
        if why is not None:
            desk.fail(Kind.MOVE, changes, why=cannot_be_told(why))
            return
        for some in slices(changes, MOST_AT_ONCE):
            desk.run.control.proceed()
            _move_some(desk, way, some, target)
    except MailFailure as failure:
        _refused(desk, changes, failure)


def _why_not(desk: Desk, changes: Sequence[Change], status: FolderStatus) -> str | None:
    known = {each.uid: each.header_id for each in changes if each.uid is not None}
    why = why_strange(desk.deps, desk.session, changes[0].folder_id, status, known)
    return why or (READ_ONLY if status.read_only else None)


def _move_some(desk: Desk, way: WayToMove, changes: Sequence[Change], target: str) -> None:
    by_uid = {each.uid: each for each in changes if each.uid is not None}
    there = {uid for uid, _, _ in desk.session.flags(by_uid)} & by_uid.keys()
    gone = [change for uid, change in by_uid.items() if uid not in there]
    desk.fail(Kind.MOVE, gone, why=GONE)
    # Anew for each: what came before is none of these, were it the same to the byte.
    numbers = desk.session.status(target)
    with desk.writing() as (db, _):
        going = moves.note_asked(
            db,
            [by_uid[uid] for uid in sorted(there)],
            uid_validity=numbers.uid_validity,
            uid_next=numbers.uid_next,
        )
    uids = [each.uid for each in going if each.uid is not None]
    if uids:
        _settle(desk, going, _tell(desk, way, uids, target))


def _tell(desk: Desk, way: WayToMove, uids: Sequence[int], target: str) -> Copied | None:
    if way is WayToMove.MOVE:
        return desk.session.move(uids, target)
    copied = desk.session.copy(uids, target)
    desk.session.remove(uids)
    return copied


def _settle(desk: Desk, going: Sequence[Change], copied: Copied | None) -> None:
    """What COPYUID does not name stays asked, and is looked for."""
    if copied is None:
        return
    target_id = going[0].target_id or 0
    with desk.writing() as (db, _):
        are_known = moves.hold_validity(db, target_id, copied.uid_validity)
    placed = [
        Placed(each, target_id, copied.uids[each.uid] if are_known else None)
        for each in going
        if each.uid is not None and each.uid in copied.uids
    ]
    desk.settle_places(placed)


def _refused(desk: Desk, changes: Sequence[Change], failure: MailFailure) -> None:
    """A MOVE that was refused may have moved some of them (RFC 6851, 3.3): those are looked for."""
    desk.run.control.proceed()
    if not of_the_folder(failure.facts):
        raise failure
    ids = {each.message_id for each in changes}
    find_asked(desk, [each for each in _waiting(desk) if each.message_id in ids])
    left = [each for each in _waiting(desk) if each.message_id in ids and each.asked is None]
    if _target_is_missing(failure, changes[0].target):
        desk.fail(Kind.MOVE, left, why=no_folder(changes[0].target))
    else:
        desk.refused(Kind.MOVE, left, failure)


def _target_is_missing(failure: MailFailure, target: str | None) -> bool:
    facts = failure.facts
    missing = (Happening.FOLDER_MISSING, Happening.FOLDER_NOT_SELECTABLE)
    return facts.response_code == "TRYCREATE" or (
        facts.folder == target and facts.happening in missing
    )


def no_folder(name: str | None) -> str:
    """Why a message cannot go there."""
    return f"The folder “{name}” is not on the mail server: choose another one, or make it there."
