"""Moves without an answer: where the messages are now.

    still under its number in the folder that it was in?
      |
      |-- yes, and it was asked by MOVE -----> nothing happened: it waits as before. MOVE leaves no
      |                                        message in two folders (RFC 6851, 3.3)
      |-- yes, and it was asked by COPY: is it in the other folder, among what came since?
      |      |-- yes -----------------------> copied only: removed here, settled; failed when
      |      |                                nothing may be written
      |      `-- no ------------------------> nothing happened: it waits as before
      |
      `-- no: is it in the other folder? among what came since, or else anywhere in it
             |-- yes -----------------------> moved: settled
             `-- no ------------------------> another program took it: failed

It is known by its Message-ID, and without one by its bytes. Of a message that is to be removed
no copy counts that we knew before: it may be another one, the same to the byte. Until moves are
found again, no mail is fetched from the folder that they may be in (`services.syncing.attempt`),
so what is theirs is never taken for new mail. Numbers that mean other messages now say nothing,
so such a message counts as gone from there.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.filing import Kind, WayToMove, way_to_move
from mailboxadmin.domain.message import Fetched
from mailboxadmin.services.clicks.identity import is_itself
from mailboxadmin.services.clicks.numbers import why_strange
from mailboxadmin.services.syncing.filing_desk import Desk
from mailboxadmin.store import moves
from mailboxadmin.store.changes import Change
from mailboxadmin.store.messages import digest_of
from mailboxadmin.store.moves import Placed

#: Of messages without a Message-ID so many are compared by their bytes.
MOST_COMPARED = 200


def find_asked(desk: Desk, waiting: Sequence[Change], *, may_write: bool = True) -> None:
    """Find out what became of those that the server was asked to move.

    Args:
        may_write: what was only copied is removed where it was.

    Raises:
        MailFailure: it does not let us at all, or went away.
        Cancelled, StoreUnavailable
    """
    asked = [each for each in waiting if each.asked is not None]
    asked.sort(key=_places)
    for _, group in groupby(asked, key=_places):
        changes = list(group)
        try:
            _find(desk, changes, may_write=may_write)
        except MailFailure as failure:
            desk.refused(Kind.MOVE, changes, failure)


def _places(change: Change) -> tuple[int, int]:
    return change.folder_id, change.asked.folder_id if change.asked else 0


def _find(desk: Desk, changes: Sequence[Change], *, may_write: bool) -> None:
    here = _still_here(desk, changes)
    by_copy = way_to_move(desk.session.capabilities) is WayToMove.COPY
    doubtful = [each for each in changes if by_copy or each.message_id not in here]
    there = _there(desk, doubtful, here) if doubtful else {}
    found = [each for each in doubtful if each.message_id in there]
    both = [each for each in found if each.message_id in here]
    if both and not (may_write and _remove(desk, both)):
        found = [each for each in found if each.message_id not in here]
    if both and not may_write:
        desk.fail(Kind.MOVE, both, why=_copied(both[0]))
    desk.settle_places([Placed(each, _places(each)[1], there[each.message_id]) for each in found])
    lost = [each for each in changes if each.message_id not in there]
    waits = [each for each in lost if each.message_id in here]
    if waits:
        with desk.writing() as (db, _):
            moves.forget_asked(db, waits)
    gone = [each for each in lost if each.message_id not in here]
    if gone:
        desk.fail(Kind.MOVE, gone, why=_gone(gone[0]))


def _still_here(desk: Desk, changes: Sequence[Change]) -> set[int]:
    """Those that are still where they were."""
    by_uid = {each.uid: each for each in changes if each.uid is not None}
    try:
        status = desk.session.select(changes[0].folder)
    except MailFailure as failure:
        if failure.facts.happening is Happening.FOLDER_MISSING:
            return set()
        raise
    known = {uid: each.header_id for uid, each in by_uid.items()}
    if why_strange(desk.deps, desk.session, changes[0].folder_id, status, known) is not None:
        return set()
    return {by_uid[uid].message_id for uid, _, _ in desk.session.flags(by_uid) if uid in by_uid}


def _there(desk: Desk, changes: Sequence[Change], here: set[int]) -> dict[int, int]:
    """By message, the UID under which it is where it was to go."""
    status = desk.session.select(changes[0].asked_folder or "")
    found: dict[int, int] = {}
    with desk.writing() as (db, _):
        moves.hold_validity(db, _places(changes[0])[1], status.uid_validity)
    for change in changes:
        desk.run.control.proceed()
        assert change.asked is not None
        same = change.asked.uid_validity == status.uid_validity
        since = change.asked.uid_next if same else None
        taken = set(found.values())
        uid = _uid_of(desk, change, since, taken, only_since=change.message_id in here)
        if uid is not None:
            found[change.message_id] = uid
    return found


def _uid_of(
    desk: Desk, change: Change, since: int | None, taken: set[int], *, only_since: bool
) -> int | None:
    """What came since is sooner it than what was there before; one that we hold, the last.

    Args:
        since: the first UID that it can have; None: the server did not say, or numbers anew.
        only_since: it is to be removed where it was, so nothing else will do.
    """
    if only_since and since is None:
        return None
    uids = [uid for uid in _candidates(desk, change, since or 1) if uid not in taken]
    with desk.deps.store.read() as db:
        known = moves.digests_at(db, _places(change)[1], uids)
    fitting = [uid for uid in uids if known.get(uid, change.digest) == change.digest]
    if only_since:
        fitting = [uid for uid in fitting if uid >= (since or 1) and uid not in known]
    return min(fitting, key=lambda uid: (uid < (since or 1), uid in known, uid), default=None)


def _candidates(desk: Desk, change: Change, since: int) -> Iterator[int]:
    if change.header_id is not None:
        for uid in desk.session.with_message_id(change.header_id):
            if is_itself(desk.session, uid, change.header_id):
                yield uid
        return
    for uid in desk.session.uids(above=since - 1)[-MOST_COMPARED:]:
        for each in desk.session.fetch([uid]):
            if isinstance(each, Fetched) and digest_of(each.raw) == change.digest:
                yield uid


def _remove(desk: Desk, changes: Sequence[Change]) -> bool:
    """Remove where they were those that are in both folders; False when its numbers changed."""
    known = {each.uid: each.header_id for each in changes if each.uid is not None}
    status = desk.session.select(changes[0].folder, writable=True)
    if why_strange(desk.deps, desk.session, changes[0].folder_id, status, known) is not None:
        return False
    desk.session.remove(known)
    return True


def _copied(change: Change) -> str:
    return (
        f"Moving was switched off half way: the message is in {change.folder} and in "
        f"{change.asked_folder}. Delete one of them."
    )


def _gone(change: Change) -> str:
    return (
        f"The message is no longer in {change.folder}, and it is not in {change.asked_folder}: "
        "another program moved or deleted it."
    )
