"""Whether a folder's UIDs still mean what they meant, and what happens when they do not.

    UIDVALIDITY is another                        --> numbered anew
    UIDNEXT went back                             --> put back from an older backup
    a message we know is another under its UID    --> the same, and new mail came since
    one that was gone is there again, as another  --> the same

All UIDs are forgotten then, and each message gets its new one when its bytes come by
again: nothing is lost and nothing is here twice. A mod-sequence that went back alone
proves nothing, because servers rebuild their indexes; we look at more messages then.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.folder import Cursor, FolderStatus
from mailboxadmin.services.clicks import outbox
from mailboxadmin.services.clicks.identity import is_itself
from mailboxadmin.services.new_mail.pulling import Pull
from mailboxadmin.services.syncing import filing_desk
from mailboxadmin.store import folders, presence
from mailboxadmin.store.activity import add_entry

#: The newest known messages are looked at, because a folder from a backup gives their
#: UIDs to others first: one that is there, or so many when the mod-sequence went back.
SAMPLE = 3

ANEW = "was numbered anew by the server"
GONE_BACK = "was put back to an older state at the server, so that its numbers mean other messages"


def hold_numbering(pull: Pull) -> bool:
    """Make sure that UIDs may be used, before any is; `pull.cursor` is of this numbering.

    False when the UIDs of before mean nothing any more, or there were none.

    Raises:
        MailFailure, Cancelled, StoreUnavailable
    """
    old = pull.cursor
    why = _why_not(pull, old) if old is not None else None
    if old is not None and why is None:
        return True
    _begin_anew(pull, old, why)
    return False


def hold_returned(pull: Pull, uids: Collection[int]) -> None:
    """The same, when all UIDs of the folder are known: what was gone and is there again is itself.

    Raises:
        MailFailure, Cancelled, StoreUnavailable
    """
    with pull.deps.store.read() as db:
        known = presence.newest_with_message_id(db, pull.folder_id, among=uids, removed=True)
    if known is not None and _is_another(pull, *known):
        _begin_anew(pull, pull.cursor, GONE_BACK)


def _begin_anew(pull: Pull, old: Cursor | None, why: str | None) -> None:
    """No UID of before means anything now; at the first look there was none."""
    fresh = _fresh(pull.status)
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        pull.folder_id = folders.folder_id(db, pull.run.mailbox_id, pull.name)
        if old is not None and why is not None:
            _forget(db, pull, old, why)
        folders.set_cursor(db, pull.folder_id, fresh)
    pull.cursor = fresh


def _fresh(status: FolderStatus) -> Cursor:
    return Cursor(
        uid_validity=status.uid_validity,
        last_uid=0,
        uid_next=None,
        # What is fetched from now on comes with flags that are at least as new.
        highest_modseq=status.highest_modseq,
        server_count=0,
        selection=None,
    )


def _why_not(pull: Pull, old: Cursor) -> str | None:
    """Why the UIDs mean nothing any more, as the rest of a sentence; None when they do."""
    status = pull.status
    if old.uid_validity != status.uid_validity:
        return ANEW
    if old.is_ahead_of(status):
        return GONE_BACK
    sample = SAMPLE if _modseq_went_back(old, status) else 1
    return None if _are_themselves(pull, sample) else GONE_BACK


def _modseq_went_back(old: Cursor, status: FolderStatus) -> bool:
    """True when the mod-sequence did, or is not kept any more."""
    return old.highest_modseq is not None and (
        status.highest_modseq is None or status.highest_modseq < old.highest_modseq
    )


def _are_themselves(pull: Pull, count: int) -> bool:
    """Whether the newest of those that we know and that are still there are what they were.

    Numbers are given in ascending order: when one is itself, all below it are.
    """
    looked_at = 0
    with pull.deps.store.read() as db:
        newest = presence.with_message_id(db, pull.folder_id, SAMPLE)
    for uid, message_id in newest:
        itself = is_itself(pull.session, uid, message_id)
        if itself is False:
            return False
        looked_at += itself is True
        if looked_at == count:
            return True
    if looked_at or len(newest) < SAMPLE:
        return True
    # Those are all gone; so much has to be asked only then.
    on_server = pull.session.uids()
    with pull.deps.store.read() as db:
        known = presence.newest_with_message_id(db, pull.folder_id, among=on_server)
    return known is None or not _is_another(pull, *known)


def _is_another(pull: Pull, uid: int, message_id: str) -> bool:
    return is_itself(pull.session, uid, message_id) is False


def _forget(db: DbSession, pull: Pull, old: Cursor, why: str) -> None:
    now = pull.deps.clock.now()
    outbox.fail_pending(db, pull.place, now)
    filing_desk.fail_pending(db, pull.place, now)
    waiting = presence.forget_uids(db, pull.folder_id)
    add_entry(
        db,
        Entry(
            code=Code.FOLDER_RESET,
            level=Level.WARNING,
            message=f"{pull.name} {why}; the {waiting} stored messages are kept and matched "
            "again by their content.",
            actor=pull.run.actor,
            mailbox_id=pull.run.mailbox_id,
            run_id=pull.run.id,
            detail={
                "folder": pull.name,
                "uid_validity_before": old.uid_validity,
                "uid_validity": pull.status.uid_validity,
                "uid_next_before": old.uid_next,
                "uid_next": pull.status.uid_next,
                "messages": waiting,
            },
        ),
        now,
    )
