"""New messages, from the server to the rows: in batches, each one transaction.

A message that the server cannot give is quarantined and the others go on:

    NO for one message           --> quarantined, its words kept
    it hangs up over a message   --> suspected; the run connects again
    ... over that one, alone     --> quarantined

A message that is quarantined without its bytes is asked for again after an hour.
What came whole before a hang-up is stored first, so nothing is fetched twice.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.headers import read_headers
from mailboxadmin.domain.message import Fetched, Headers
from mailboxadmin.imap.session import Unfetchable
from mailboxadmin.services.pulling import Pull
from mailboxadmin.store import messages, runs
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.messages import NewMessage

#: Small enough that a person's click never waits long behind one, see docs/decisions.md.
BATCH_MESSAGES = 75
#: The bytes of a batch that are in memory at once; a larger message is a batch of its own.
BATCH_BYTES = 8 * 1024 * 1024
#: Sizes are asked for so many messages at a time.
SIZE_SLICE = 1000
#: A server that hangs up so often over one message does it because of that message.
HANG_UPS = 2

_HUNG_UP = frozenset({Happening.ANSWER_BYE, Happening.CLOSED})


def fetch_messages(pull: Pull, uids: Sequence[int]) -> None:
    """Store these messages, in the order given, those the server hung up over last.

    Raises:
        MailFailure: the server refuses, or went away; what came is stored.
    """
    tally, name = pull.tally, pull.name
    total = tally.waiting[name] = len(uids)
    _note(pull, total)
    trusted = [uid for uid in uids if not tally.hang_ups[name, uid]]
    suspects = [uid for uid in uids if tally.hang_ups[name, uid]]
    for batch in _batches(pull, trusted):
        _take(pull, batch, total)
    for uid in suspects:
        _take(pull, [uid], total)


def _take(pull: Pull, batch: Sequence[int], total: int) -> None:
    """Fetch one batch and store it; when the server hangs up, what came before that."""
    pull.run.control.proceed()
    answers: list[Fetched | Unfetchable] = []
    if pull.tally.hang_ups[pull.name, batch[0]] >= HANG_UPS:
        answers = [Unfetchable(uid=batch[0], server_said=None)]
    else:
        try:
            answers.extend(pull.session.fetch(batch))
        except MailFailure as failure:
            _came_so_far(pull, batch, answers, failure, total)
            raise
    pull.tally.waiting[pull.name] -= len(batch)
    _store(pull, answers, total)


def _came_so_far(
    pull: Pull,
    batch: Sequence[int],
    answers: Sequence[Fetched | Unfetchable],
    failure: MailFailure,
    total: int,
) -> None:
    if failure.facts.happening in _HUNG_UP:
        # Servers answer in ascending order: the first that is missing is the one to suspect.
        missing = set(batch) - {answer.uid for answer in answers}
        if missing:
            pull.tally.hang_ups[pull.name, min(missing)] += 1
    if answers:
        pull.tally.waiting[pull.name] -= len(answers)
        _store(pull, answers, total)


def _batches(pull: Pull, uids: Sequence[int]) -> Iterator[list[int]]:
    """Slices of the UIDs whose messages fit into a batch together."""
    for start in range(0, len(uids), SIZE_SLICE):
        some = uids[start : start + SIZE_SLICE]
        sizes = dict(pull.session.sizes(some))
        batch: list[int] = []
        batch_bytes = 0
        for uid in some:
            size = sizes.get(uid, 0)
            if batch and (len(batch) >= BATCH_MESSAGES or batch_bytes + size > BATCH_BYTES):
                yield batch
                batch, batch_bytes = [], 0
            batch.append(uid)
            batch_bytes += size
        if batch:
            yield batch


def _store(pull: Pull, answers: Sequence[Fetched | Unfetchable], total: int) -> None:
    now = pull.deps.clock.now()
    batch = [_new_message(answer, now) for answer in answers]
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        asked_before = messages.forget_refused(
            db, pull.folder_id, (message.uid for message in batch)
        )
        for message in messages.add_messages(db, pull.run.mailbox_id, pull.folder_id, batch):
            pull.tally.new += message.refused_at is None
            pull.tally.quarantined += message.headers.problem is not None
            if message.headers.problem is not None and message.uid not in asked_before:
                _log_quarantine(db, pull, message, now)
        _note_progress(db, pull, total)
    pull.tally.progress = True


def _new_message(answer: Fetched | Unfetchable, now: datetime) -> NewMessage:
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


def _log_quarantine(db: DbSession, pull: Pull, message: NewMessage, now: datetime) -> None:
    add_entry(
        db,
        Entry(
            code=Code.MESSAGE_QUARANTINED,
            level=Level.WARNING,
            message=f"One message in {pull.name} cannot be read as mail; its bytes are kept."
            if message.raw
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
        now,
    )


def _note(pull: Pull, total: int) -> None:
    with pull.deps.store.write(background=True) as db:
        pull.run.confirm(db)
        _note_progress(db, pull, total)


def _note_progress(db: DbSession, pull: Pull, total: int) -> None:
    done = total - pull.tally.waiting[pull.name]
    runs.note_progress(
        db, pull.run.id, folder=pull.name, done=done, total=total, counts=pull.tally.counts()
    )
