"""One folder, from the server to the rows.

    STATUS --- proves that nothing moved -----------------> done, nothing is written
       |
    EXAMINE --- the UIDs mean other messages now ---------> forgotten; bytes tell which is which
       |
       |-- new messages   newest first, in batches bounded by count and bytes
       |-- flags          by CHANGEDSINCE where offered, else by comparing
       |-- removals       only when the counts say so, and the list of UIDs is whole
       |-- lost ones      without a UID, and no longer wanted: searched by Message-ID
       `-- the cursor     in one transaction, when the folder is up to date

Rows and the progress they speak of are in one transaction. The cursor moves only at the
end: until then the stored UIDs themselves say what is missing, so a run that was killed
anywhere, or ended at its limit, goes on where it was. A run that may take no more messages
leaves a folder after the flags.

Where the server counts changes (CONDSTORE), to find that nothing moved costs the same
whatever the number of messages. The counts say whether any is gone; only when they
differ, UIDs are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailboxadmin.domain.folder import Cursor, FolderStatus
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.folders.selection import Selection
from mailboxadmin.services.new_mail.fetch import fetch_messages
from mailboxadmin.services.new_mail.pulling import Pull, Tally
from mailboxadmin.services.syncing.flagging import update_flags
from mailboxadmin.services.syncing.numbering import hold_numbering, hold_returned
from mailboxadmin.services.syncing.searching import look_for_unmatched, to_search
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store import big, folders, messages, presence

#: How long a message that the server could not give is left alone.
ASK_AGAIN_AFTER = timedelta(hours=1)


def pull_folder(
    deps: Deps, run: Run, session: Session, name: str, tally: Tally, selection: Selection
) -> None:
    """Bring one folder up to date.

    Raises:
        MailFailure: the server does not let us, or went away.
        Cancelled: the run was stopped.
        StoreUnavailable: the rows cannot be written.
    """
    pull = Pull(deps=deps, run=run, session=session, tally=tally, name=name, selection=selection)
    again = _remember(pull)
    if not again and not to_search(pull) and _is_current(pull):
        tally.folders_done.add(pull.folder_id)
        return
    pull.status = session.select(name)
    if not hold_numbering(pull):
        again = []
    with deps.store.read() as db:
        stored_before = presence.has_present(db, pull.folder_id)
    listing = _list_new(pull)
    fetch_messages(pull, [*_missing(pull, listing), *again])
    if stored_before:
        update_flags(pull)
    if tally.waiting[name] or not _settle_differences(pull, listing):
        return
    look_for_unmatched(pull)
    if tally.waiting[name]:
        return
    _close(pull, listing)
    tally.folders_done.add(pull.folder_id)


def _remember(pull: Pull) -> list[int]:
    """Find the folder's row and cursor; the UIDs that are to be asked for again.

    These are big messages that are not whole yet, and those whose bytes the server refused
    some time ago: it may have been the moment.
    """
    before = pull.deps.clock.now() - ASK_AGAIN_AFTER
    with pull.deps.store.read() as db:
        found = folders.remembered(db, pull.run.mailbox_id, pull.name)
        if found is None:
            return []
        pull.folder_id, pull.cursor = found
        return big.arriving(db, pull.folder_id) + messages.refused_before(
            db, pull.folder_id, before
        )


def _is_current(pull: Pull) -> bool:
    """True when the server proves that nothing moved; without CONDSTORE it cannot."""
    cursor = pull.cursor
    if cursor is None or cursor.highest_modseq is None or cursor.uid_next is None:
        return False
    if cursor.selection != pull.selection.name or "CONDSTORE" not in pull.session.capabilities:
        return False
    status = pull.session.status(pull.name)
    return cursor == replace(
        cursor,
        uid_validity=status.uid_validity,
        uid_next=status.uid_next,
        highest_modseq=status.highest_modseq,
        server_count=status.messages,
    )


@dataclass(slots=True)
class _Listing:
    """UIDs of the open folder, ascending: those above `above`, wanted or not."""

    above: int
    uids: list[int]

    @property
    def is_whole(self) -> bool:
        """It names every message."""
        return self.above == 0

    @property
    def last(self) -> int:
        """The greatest UID it tells of."""
        return max(self.uids, default=self.above)

    def count(self, uid_next: int | None) -> int:
        """How many, without those that came after the folder was opened."""
        return sum(uid_next is None or uid < uid_next for uid in self.uids)


def _list_new(pull: Pull) -> _Listing:
    """What is above the cursor; everything at the first look, and when more is wanted now."""
    cursor, status = _cursor(pull), pull.status
    above = cursor.last_uid if cursor.selection == pull.selection.name else 0
    nothing_above = above and status.uid_next is not None and status.uid_next <= above + 1
    if not status.messages or nothing_above:
        return _Listing(above, [])
    return _Listing(above, pull.session.uids(above=above))


def _missing(pull: Pull, listing: _Listing) -> list[int]:
    """Those that are wanted and not here, newest first."""
    # What came after the listing comes with the next: it is in no count of this one.
    last = listing.last
    listed = [uid for uid in pull.selection.listed(pull.session, listing.uids) if uid <= last]
    with pull.deps.store.read() as db:
        here = presence.uids_here(db, pull.folder_id, above=min(listed, default=1) - 1)
    unknown = [uid for uid in listed if uid not in here]
    wanted = pull.selection.recent(pull.session, unknown)
    return [uid for uid in reversed(unknown) if uid in wanted]


def _settle_differences(pull: Pull, listing: _Listing) -> bool:
    """When the counts differ, compare the UIDs; False when that cannot be done now."""
    if not listing.is_whole:
        if _counts_agree(pull, listing):
            return True
        listing.above, listing.uids = 0, pull.session.uids()
    if not _holds_still(pull, listing.uids):
        return False
    hold_returned(pull, listing.uids)
    fetch_messages(pull, _missing(pull, listing))
    _mark_presence(pull, set(listing.uids))
    return not pull.tally.waiting[pull.name]


def _counts_agree(pull: Pull, listing: _Listing) -> bool:
    """True when no message can be gone from the server."""
    if pull.selection.name is None:
        with pull.deps.store.read() as db:
            return presence.count_present(db, pull.folder_id) == pull.status.messages
    # Not all are here: what it had when we were last done, and what was added since.
    added = listing.count(pull.status.uid_next)
    return _cursor(pull).server_count + added == pull.status.messages


def _holds_still(pull: Pull, uids: Sequence[int]) -> bool:
    """True when the list is whole: a list that was cut short would remove messages."""
    if len(uids) == pull.status.messages:
        return True
    again = pull.session.select(pull.name)
    if again.uid_validity != pull.status.uid_validity:
        return False  # Numbered anew between the two: the next run begins anew.
    # Flags were read up to the first mod-sequence, and no further.
    pull.status = replace(again, highest_modseq=pull.status.highest_modseq)
    return len(uids) == again.messages


def _mark_presence(pull: Pull, on_server: set[int]) -> None:
    with pull.deps.store.read() as db:
        known = presence.stored_uids(db, pull.folder_id)
    gone = [uid for uid, present in known.items() if present and uid not in on_server]
    back = [uid for uid, present in known.items() if not present and uid in on_server]
    if not gone and not back:
        return
    now = pull.deps.clock.now()
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        presence.set_presence(db, pull.folder_id, gone, removed_at=now)
        presence.set_presence(db, pull.folder_id, back, removed_at=None)
        pull.tally.removed += len(gone)
        pull.note_counts(db)
    pull.tally.progress = True


def _close(pull: Pull, listing: _Listing) -> None:
    """Move the cursor, if it moves; what was not seen again after a new numbering is gone."""
    cursor = _moved(_cursor(pull), pull.status, listing, pull.selection.name)
    # Where only some are wanted, the server cannot be asked for one without a Message-ID.
    named = pull.selection.name is not None
    with pull.deps.store.read() as db:
        unmatched = presence.has_unmatched(db, pull.folder_id, named=named)
    if cursor == pull.cursor and not unmatched:
        return
    now = pull.deps.clock.now()
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        pull.tally.removed += presence.remove_unmatched(db, pull.folder_id, now, named=named)
        folders.set_cursor(db, pull.folder_id, cursor)
        pull.note_counts(db)


def _moved(
    cursor: Cursor, status: FolderStatus, listing: _Listing, selection: str | None
) -> Cursor:
    last_uid = max(cursor.last_uid, listing.last)
    # Messages that came after the folder was opened are in the list, and not in the count.
    late = len(listing.uids) - listing.count(status.uid_next)
    return Cursor(
        uid_validity=status.uid_validity,
        last_uid=last_uid,
        uid_next=max(status.uid_next, last_uid + 1) if status.uid_next is not None else None,
        highest_modseq=status.highest_modseq,
        server_count=status.messages + late,
        selection=selection,
    )


def _cursor(pull: Pull) -> Cursor:
    assert pull.cursor is not None, "hold_numbering comes first"
    return pull.cursor
