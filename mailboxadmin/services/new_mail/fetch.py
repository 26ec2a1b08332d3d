r"""New messages, from the server to the rows: in batches, stored while the next is fetched.

    sizes --> a batch, bounded by count and bytes --> FETCH --> handed to the writer, `storing.py`

A message that the server cannot give is quarantined and the others go on:

    NO for one message           --> quarantined, its words kept
    it hangs up over a message   --> suspected; the run connects again
    ... over that one, alone     --> quarantined
    nothing came at all          --> is one given that was given before? no: it is the server

A message that is quarantined without its bytes is asked for again after an hour.
What came whole before a hang-up is stored first, so nothing is fetched twice.
A big message comes in parts, see `big.py`.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.message import Fetched
from mailboxadmin.imap.session import Unfetchable
from mailboxadmin.services.new_mail.arrival import Answer, note_total, rows_of, store_rows
from mailboxadmin.services.new_mail.big import BIG_BYTES, fetch_big
from mailboxadmin.services.new_mail.pulling import HANG_UPS, Pull, hung_up
from mailboxadmin.services.new_mail.sizing import proof_of, sizes_of, suspect
from mailboxadmin.services.new_mail.storing import Storing

#: Messages asked for with one command.
BATCH_MESSAGES = 300
#: The bytes asked for with one command, which are in memory at once; larger ones are no faster.
BATCH_BYTES = 2 * 1024 * 1024
#: Sizes are asked for so many messages at a time.
SIZE_SLICE = 1000


def fetch_messages(pull: Pull, uids: Sequence[int]) -> None:
    """Store these messages, in the order given, those the server hung up over last.

    No more than the run may still take; what is left out is counted as remaining.

    Raises:
        MailFailure: the server refuses, or went away; what came is stored.
        Cancelled: the run was stopped.
        StoreUnavailable: the rows cannot be written.
    """
    tally, name = pull.tally, pull.name
    tally.waiting[name] = len(uids)
    chosen = uids[: tally.take(len(uids))]
    if not chosen:
        return
    total = len(uids)
    note_total(pull, total)
    trusted = [uid for uid in chosen if not tally.hang_ups[name, uid]]
    suspects = [uid for uid in chosen if tally.hang_ups[name, uid]]
    try:
        with Storing(pull.deps.waiting_bytes, pull.run.control) as storing:
            for some in (trusted, *([uid] for uid in suspects)):
                for batch in _batches(pull, some):
                    _take(pull, storing, batch, total)
    finally:
        # What did not come may be asked for again when the run connects again.
        tally.give_back(len(chosen) - (total - tally.waiting[name]))


class _Batch(list[int]):
    """UIDs that are fetched together, and their size as the server announced it."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0

    def fits(self, size: int) -> bool:
        """True when one more of that size may be added."""
        return not self or (len(self) < BATCH_MESSAGES and self.size + size <= BATCH_BYTES)


def _batches(pull: Pull, uids: Sequence[int]) -> Iterator[_Batch]:
    """Slices of the UIDs whose messages fit into a batch together; a big one is alone."""
    for start in range(0, len(uids), SIZE_SLICE):
        some = uids[start : start + SIZE_SLICE]
        sizes = sizes_of(pull, some)
        batch = _Batch()
        for uid in some:
            size = sizes.get(uid, 0)
            if not batch.fits(size):
                yield batch
                batch = _Batch()
            batch.append(uid)
            batch.size += size
        yield batch


def _take(pull: Pull, storing: Storing, batch: _Batch, total: int) -> None:
    """Fetch one batch and have it stored; when the server hangs up, what came before that."""
    pull.run.control.proceed()
    answers: list[Answer] = []
    proof = None if pull.tally.came else proof_of(pull)
    if pull.tally.hang_ups[pull.name, batch[0]] >= HANG_UPS:
        if proof is not None:
            # When it hangs up over what it gave before, it is not because of this message.
            deque(pull.session.sizes([proof]), maxlen=0)
            deque(pull.session.fetch([proof]), maxlen=0)
        answers = [Unfetchable(uid=batch[0], server_said=None)]
    else:
        try:
            if batch.size > BIG_BYTES:
                return fetch_big(pull, storing, batch[0], batch.size, total)
            answers.extend(pull.session.fetch(batch, proof=proof))
        except MailFailure as failure:
            pull.tally.came |= _any_came(answers)
            if batch.size <= BIG_BYTES and hung_up(failure):
                _suspect(pull, batch, answers)
            _put(pull, storing, answers, total)
            raise
        pull.tally.came |= _any_came(answers)
    _put(pull, storing, answers, total, vanished=len(batch) - len(answers))


def _suspect(pull: Pull, batch: Sequence[int], answers: Sequence[Answer]) -> None:
    # Servers answer in ascending order: the first that is missing is the one to suspect.
    missing = set(batch) - {answer.uid for answer in answers}
    if missing:
        suspect(pull, min(missing))


def _any_came(answers: Sequence[Answer]) -> bool:
    return any(isinstance(answer, Fetched) for answer in answers)


def _put(
    pull: Pull, storing: Storing, answers: Sequence[Answer], total: int, *, vanished: int = 0
) -> None:
    if answers or vanished:
        rows = rows_of(pull, answers)
        size = sum(len(row.raw) for row in rows)
        storing.put(size, partial(store_rows, pull, rows, total, vanished=vanished))
