"""One folder, from the server to the rows.

    EXAMINE --- UIDVALIDITY changed? ---> the UIDs are forgotten; bytes tell which is which
       |
       |-- nothing moved since the cursor --> done
       |
       |-- new messages   newest first, in batches bounded by count and bytes
       |-- flags          by CHANGEDSINCE where offered, else by comparing
       |-- removals       only when the counts differ, and the UID list is whole
       `-- the cursor     in one transaction, when the folder is up to date

Every batch is one transaction with its progress. The cursor moves only at the
end: until then the stored UIDs themselves say what is missing, so a run that
was killed anywhere goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.folder import Cursor, FolderStatus
from mailboxadmin.imap.session import Session
from mailboxadmin.services import outbox
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.fetch import fetch_messages
from mailboxadmin.services.outbox import Place
from mailboxadmin.services.pulling import Pull, Tally
from mailboxadmin.services.runs import Run
from mailboxadmin.store import folders, messages, presence
from mailboxadmin.store.activity import add_entry

#: How long a message that the server could not give is left alone.
ASK_AGAIN_AFTER = timedelta(hours=1)


def pull_folder(deps: Deps, run: Run, session: Session, name: str, tally: Tally) -> None:
    """Bring one folder up to date.

    Raises:
        MailFailure: the server does not let us, or went away.
        Cancelled: the run was stopped.
        StoreUnavailable: the rows cannot be written.
    """
    pull = Pull(deps=deps, run=run, session=session, tally=tally, name=name)
    pull.status = session.select(name)
    _open(pull)
    again = _to_ask_again(pull)
    if _is_current(pull.cursor, pull.status) and not again:
        _note_success(pull)
        return
    known = _stored(pull)
    server_uids = _new_uids(pull)
    fetch_messages(pull, [*(uid for uid in reversed(server_uids) if uid not in known), *again])
    _update_flags(pull, known)
    _close(pull, _settle_differences(pull) or server_uids)


def _open(pull: Pull) -> None:
    """Find the folder's row and cursor; the UIDVALIDITY is compared before any UID is used."""
    now = pull.deps.clock.now()
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        pull.folder_id = folders.folder_id(db, pull.run.mailbox_id, pull.name)
        cursor = folders.cursor_of(db, pull.folder_id)
        fresh = Cursor(
            uid_validity=pull.status.uid_validity,
            last_uid=0,
            uid_next=None,
            highest_modseq=None,
            server_count=0,
        )
        if cursor is not None and cursor.uid_validity != fresh.uid_validity:
            _reset(db, pull, cursor, now)
            cursor = None
        if cursor is None:
            folders.set_cursor(db, pull.folder_id, fresh)
        pull.cursor = cursor or fresh


def _reset(db: DbSession, pull: Pull, old: Cursor, now: datetime) -> None:
    outbox.fail_pending(db, _place(pull), now)
    waiting = presence.forget_uids(db, pull.folder_id)
    add_entry(
        db,
        Entry(
            code=Code.FOLDER_RESET,
            level=Level.WARNING,
            message=f"{pull.name} was numbered anew by the server; the {waiting} stored messages "
            "are kept and matched again by their content.",
            actor=pull.run.actor,
            mailbox_id=pull.run.mailbox_id,
            run_id=pull.run.id,
            detail={
                "folder": pull.name,
                "uid_validity_before": old.uid_validity,
                "uid_validity": pull.status.uid_validity,
                "messages": waiting,
            },
        ),
        now,
    )


def _place(pull: Pull) -> Place:
    return Place(run=pull.run, folder_id=pull.folder_id, name=pull.name)


def _is_current(cursor: Cursor, status: FolderStatus) -> bool:
    """True when the server proves that nothing moved; without CONDSTORE it cannot."""
    return (
        cursor.highest_modseq is not None
        and cursor.highest_modseq == status.highest_modseq
        and cursor.uid_next is not None
        and cursor.uid_next == status.uid_next
        and cursor.server_count == status.messages
    )


def _to_ask_again(pull: Pull) -> list[int]:
    """Messages whose bytes the server refused some time ago: it may have been the moment."""
    with pull.deps.store.read() as db:
        before = pull.deps.clock.now() - ASK_AGAIN_AFTER
        return messages.refused_before(db, pull.folder_id, before)


def _note_success(pull: Pull) -> None:
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        folders.folder_succeeded(db, pull.folder_id, pull.deps.clock.now())


def _stored(pull: Pull) -> dict[int, bool]:
    with pull.deps.store.read() as db:
        return presence.stored_uids(db, pull.folder_id)


def _new_uids(pull: Pull) -> list[int]:
    """UIDs above the cursor, ascending."""
    status, cursor = pull.status, pull.cursor
    nothing_above = status.uid_next is not None and status.uid_next <= cursor.last_uid + 1
    if not status.messages or nothing_above:
        return []
    return pull.session.uids_above(cursor.last_uid)


def _update_flags(pull: Pull, known: dict[int, bool]) -> None:
    """Take over flags of messages that were stored before this pull."""
    since, now_at = pull.cursor.highest_modseq, pull.status.highest_modseq
    if not known or (since is not None and since == now_at):
        return
    if since is not None and now_at is not None:
        answers = pull.session.flags_changed_since(since)
    else:
        answers = pull.session.flags(sorted(uid for uid, present in known.items() if present))
    flags = {uid: flags for uid, flags, _ in answers}
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        now = pull.deps.clock.now()
        changed = outbox.take_server_flags(db, _place(pull), flags, now)
    pull.tally.changed += changed
    pull.tally.progress |= bool(changed)


def _settle_differences(pull: Pull) -> list[int]:
    """When the counts differ, compare the UID lists; the server's list, if it was needed."""
    with pull.deps.store.read() as db:
        stored = presence.count_present(db, pull.folder_id)
    if stored == pull.status.messages:
        return []
    server_uids = pull.session.uids()
    again = pull.session.select(pull.name)
    if again.uid_validity != pull.status.uid_validity:
        return []  # Numbered anew between the two: the UIDs mean nothing, the next run resets.
    # Flags were read up to the first SELECT's mod-sequence, and no further.
    pull.status = replace(again, highest_modseq=pull.status.highest_modseq)
    if len(server_uids) != again.messages:
        return []  # The folder moves while we look, or the list was cut short: next time.
    known = _stored(pull)
    fetch_messages(pull, [uid for uid in reversed(server_uids) if uid not in known])
    on_server = set(server_uids)
    gone = [uid for uid, present in known.items() if present and uid not in on_server]
    back = [uid for uid, present in known.items() if not present and uid in on_server]
    _mark_presence(pull, gone, back)
    return server_uids


def _mark_presence(pull: Pull, gone: Sequence[int], back: Sequence[int]) -> None:
    if not gone and not back:
        return
    now = pull.deps.clock.now()
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        presence.set_presence(db, pull.folder_id, gone, removed_at=now)
        presence.set_presence(db, pull.folder_id, back, removed_at=None)
    pull.tally.removed += len(gone)
    pull.tally.progress = True


def _close(pull: Pull, server_uids: Sequence[int]) -> None:
    """Move the cursor; when every message is accounted for, what was not seen again is gone."""
    status = pull.status
    now = pull.deps.clock.now()
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        present = presence.count_present(db, pull.folder_id)
        if present == status.messages:
            pull.tally.removed += presence.remove_unmatched(db, pull.folder_id, now)
        cursor = Cursor(
            uid_validity=status.uid_validity,
            last_uid=max(pull.cursor.last_uid, max(server_uids, default=0)),
            uid_next=status.uid_next,
            highest_modseq=status.highest_modseq,
            # What we have, not what the server says: while they differ we look again.
            server_count=present,
        )
        folders.set_cursor(db, pull.folder_id, cursor)
        folders.folder_succeeded(db, pull.folder_id, now)
