"""What the server gave, as rows: each batch in transactions with its progress."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.headers import read_headers
from mailboxadmin.domain.message import Fetched, Headers
from mailboxadmin.imap.session import Unfetchable
from mailboxadmin.services.clicks.no_uid import backfilled_entry
from mailboxadmin.services.new_mail.pulling import Pull
from mailboxadmin.store import messages, presence, runs
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.imported import match_imported
from mailboxadmin.store.messages import NewMessage
from mailboxadmin.store.slices import slices

#: One message, or why it did not come.
Answer = Fetched | Unfetchable

#: Rows in one transaction: so few that a person's click never waits long behind it,
#: see docs/decisions.md.
ROWS = 150


def rows_of(pull: Pull, answers: Sequence[Answer]) -> list[NewMessage]:
    """What is to be stored; made while the writer is busy with what came before."""
    now = pull.deps.clock.now()
    return [_new_message(answer, now) for answer in answers]


def store_rows(pull: Pull, rows: Sequence[NewMessage], total: int, *, vanished: int = 0) -> None:
    """Store a batch.

    Args:
        total: messages of the folder that this run fetches, of which `tally.waiting` are left.
        vanished: how many of the batch are no longer on the server.

    Raises:
        Cancelled: the run was stopped, or taken over.
        StoreUnavailable: the rows cannot be written.
    """
    pull.tally.waiting[pull.name] -= vanished
    for some in slices(rows, ROWS):
        with pull.deps.store.write(background=True) as db:
            pull.run.confirm(db)
            _add(db, pull, some)
            pull.tally.waiting[pull.name] -= len(some)
            note_progress(db, pull, total)
        pull.tally.progress = True


def note_total(pull: Pull, total: int) -> None:
    """Tell who looks on what is to come, before the first batch is here."""
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        note_progress(db, pull, total)


def note_progress(db: DbSession, pull: Pull, total: int) -> None:
    """How far the run is; in the transaction of the rows it speaks of."""
    done = total - pull.tally.waiting[pull.name]
    runs.note_progress(
        db, pull.run.id, folder=pull.name, done=done, total=total, counts=pull.tally.counts()
    )


def _add(db: DbSession, pull: Pull, rows: Sequence[NewMessage]) -> None:
    mailbox_id, folder_id = pull.run.mailbox_id, pull.folder_id
    waiting = presence.waiting_rows(db, mailbox_id, folder_id)
    asked_before: set[int] = set()
    if waiting.unfinished:
        asked_before = messages.forget_unfinished(db, folder_id, (row.uid for row in rows))
    if waiting.imported:
        imported = match_imported(db, mailbox_id, folder_id, rows)
        rows = [row for row in rows if row.uid not in imported]
        say_backfilled(db, pull, len(imported))
    new = messages.add_messages(db, mailbox_id, folder_id, rows, match=waiting.unmatched)
    for message in new:
        pull.tally.new += message.refused_at is None
        if message.headers.problem is not None and message.uid not in asked_before:
            pull.tally.quarantined += 1
            log_quarantine(db, pull, message)


def say_backfilled(db: DbSession, pull: Pull, count: int) -> None:
    """Imported messages were found on the server; in the transaction that gave them UIDs."""
    if not count:
        return
    run = pull.run
    entry = backfilled_entry(count, pull.name, run.mailbox_id, actor=run.actor, run_id=run.id)
    add_entry(db, entry, pull.deps.clock.now())


def _new_message(answer: Answer, now: datetime) -> NewMessage:
    if isinstance(answer, Unfetchable):
        return NewMessage(
            uid=answer.uid,
            flags=frozenset(),
            arrived_at=now,
            raw=b"",
            digest=messages.digest_of(b""),
            headers=_refused(answer),
            refused_at=now,
        )
    return NewMessage(
        uid=answer.uid,
        flags=answer.flags,
        arrived_at=answer.internal_date or now,
        raw=answer.raw,
        digest=messages.digest_of(answer.raw),
        headers=read_headers(answer.raw),
    )


def _refused(answer: Unfetchable) -> Headers:
    return Headers(
        message_id=None,
        subject="",
        sender="",
        recipients="",
        sent_at=None,
        problem="The server could not give this message"
        + (f"; it said: {answer.server_said}" if answer.server_said else " and said nothing."),
    )


def log_quarantine(db: DbSession, pull: Pull, message: NewMessage) -> None:
    """One entry for a message that cannot be read as mail, or not be had."""
    add_entry(
        db,
        Entry(
            code=Code.MESSAGE_QUARANTINED,
            level=Level.WARNING,
            message=f"One message in {pull.name} cannot be read as mail; its bytes are kept."
            if message.refused_at is None
            else f"The server cannot give one message in {pull.name}; the others go on.",
            actor=pull.run.actor,
            mailbox_id=pull.run.mailbox_id,
            run_id=pull.run.id,
            detail={
                "folder": pull.name,
                "uid": message.uid,
                "bytes": len(message.raw),
                "problem": message.headers.problem,
            },
        ),
        pull.deps.clock.now(),
    )
