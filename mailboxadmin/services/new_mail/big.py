"""A big message: fetched in parts, stored while the next are on their way.

    listed with the first part --> part, part, ... --> whole
            ^                          |
            `---- the next run --------'   goes on after the last part that is here

Memory holds the parts that wait for the database, which `budget.py` bounds, whatever the
size. Until it is whole, the message is listed and its bytes are nobody's.
"""

import hashlib
from functools import partial

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.headers import read_headers
from mailboxadmin.imap.session import Part, Unfetchable
from mailboxadmin.services.new_mail.arrival import (
    log_quarantine,
    note_progress,
    rows_of,
    say_backfilled,
    store_rows,
)
from mailboxadmin.services.new_mail.pulling import Pull, hung_up
from mailboxadmin.services.new_mail.storing import Storing
from mailboxadmin.store import big, messages
from mailboxadmin.store.imported import match_big
from mailboxadmin.store.messages import NewMessage

#: A larger message comes in parts.
BIG_BYTES = 4 * 1024 * 1024
PART_BYTES = 1024 * 1024


def fetch_big(pull: Pull, storing: Storing, uid: int, size: int, total: int) -> None:
    """Store one big message, from where an earlier run left it.

    Args:
        size: in bytes, as the server announced it; what comes decides.
        total: see `store_rows`.

    Raises:
        MailFailure: the server refuses, or went away; the parts that came are stored.
        Cancelled: the run was stopped.
        StoreUnavailable: a part cannot be written.
    """
    message = _Big(pull, uid, size, total)
    start = message.received
    while True:
        pull.run.control.proceed()
        try:
            part = pull.session.fetch_part(uid, start=start, length=PART_BYTES)
        except MailFailure as failure:
            if hung_up(failure) and start == message.received_before:
                # Nothing of it came this time: it may be this message.
                pull.tally.hang_ups[pull.name, uid] += 1
            raise
        if part is None:
            return storing.put(0, message.vanish)
        if isinstance(part, Unfetchable) and start >= size and part.server_said is None:
            # Behind the end some say NIL instead of nothing.
            return storing.put(0, message.complete)
        if isinstance(part, Unfetchable):
            return storing.put(0, partial(store_rows, pull, rows_of(pull, [part]), total))
        storing.put(len(part.data), partial(message.add, part))
        start += len(part.data)
        # Shorter than asked for is the end, unless the server had announced more.
        if not part.data or (len(part.data) < PART_BYTES and start >= size):
            return storing.put(0, message.complete)


class _Big:
    """What is here of one big message; after the start it belongs to the writer's thread."""

    def __init__(self, pull: Pull, uid: int, size: int, total: int) -> None:
        self._pull = pull
        self._uid = uid
        self._size = size
        self._total = total
        self._sha256 = hashlib.sha256()
        self._parts = 0
        self.received = 0
        with pull.deps.store.read() as db:
            self._row = big.big_in(db, pull.folder_id, uid)
            if self._row is not None:
                for raw in big.parts_here(db, self._row):
                    self._count(raw)
        self.received_before = self.received

    def add(self, part: Part) -> None:
        """Store the next part; with the first, list the message."""
        pull = self._pull
        with pull.deps.store.write(background=True) as db:
            pull.run.confirm(db)
            if self._row is None:
                message = self._listed(part)
                messages.forget_unfinished(db, pull.folder_id, [self._uid])
                self._row = big.begin_big(
                    db, pull.run.mailbox_id, pull.folder_id, message, size=self._size
                )
                if message.headers.problem is not None:
                    log_quarantine(db, pull, message)
                    pull.tally.quarantined += 1
                    pull.note_counts(db)
            if part.data:
                big.add_part(db, self._row, self._parts, part.data)
        self._count(part.data)
        pull.tally.progress = True

    def complete(self) -> None:
        """All of it is here."""
        pull = self._pull
        assert self._row is not None
        with pull.deps.store.write(background=True) as db:
            pull.run.confirm(db)
            is_new = big.complete_big(
                db, self._row, size=self.received, digest=self._sha256.digest()
            )
            if is_new and match_big(db, self._row) is not None:
                is_new = False
                say_backfilled(db, pull, 1)
            pull.tally.new += is_new
            self._note(db)

    def vanish(self) -> None:
        """It was removed at the server while it was on its way."""
        with self._pull.deps.store.write(background=True) as db:
            self._pull.run.confirm(db)
            if self._row is not None:
                big.drop_big(db, self._row)
            self._note(db)

    def _note(self, db: DbSession) -> None:
        self._pull.tally.waiting[self._pull.name] -= 1
        note_progress(db, self._pull, self._total)

    def _count(self, raw: bytes) -> None:
        self._sha256.update(raw)
        self._parts += 1
        self.received += len(raw)

    def _listed(self, part: Part) -> NewMessage:
        return NewMessage(
            uid=self._uid,
            flags=part.flags,
            arrived_at=part.internal_date or self._pull.deps.clock.now(),
            raw=part.data,
            digest=big.NO_DIGEST,
            headers=read_headers(part.data),
        )
