"""What is at hand while one folder's clicks are told to the server, and what becomes of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Level
from mailboxadmin.domain.message import SEEN
from mailboxadmin.imap.session import Session
from mailboxadmin.services.clicks import outbox
from mailboxadmin.services.clicks.outbox import Place
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.new_mail.pulling import Tally
from mailboxadmin.store import runs
from mailboxadmin.store.read_changes import Click

#: A click, and the flags that the server has now.
Told = tuple[Click, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What telling one folder's clicks needs at hand."""

    deps: Deps
    session: Session
    tally: Tally
    place: Place

    @contextmanager
    def writing(self) -> Iterator[tuple[DbSession, datetime]]:
        """A transaction of the run, and what time it is."""
        with self.deps.store.write(background=True) as db:
            self.place.run.confirm(db)
            yield db, self.deps.clock.now()

    def settle(self, told: Sequence[Told]) -> None:
        """The server has these now."""
        if told:
            with self.writing() as (db, now):
                outbox.settle(db, self.place, told, now)
                self.tally.pushed += len(told)
                runs.note_counts(db, self.place.run.id, self.tally.counts())
            self.tally.progress = True

    def note_conflicts(
        self, by_uid: Mapping[int, Click], flags: Mapping[int, frozenset[str]]
    ) -> None:
        """Keep what the server says where it changed too, before it is told otherwise."""
        changed = {
            uid: said
            for uid, said in flags.items()
            if (SEEN in said) not in (by_uid[uid].seen, by_uid[uid].server_seen)
        }
        if changed:
            with self.writing() as (db, now):
                self.tally.changed += outbox.take_server_flags(db, self.place, changed, now)
                runs.note_counts(db, self.place.run.id, self.tally.counts())

    def keep_here(self, clicks: Sequence[Click], *, why: str, level: Level) -> None:
        """These are not sent, and are shown as they were marked."""
        if clicks:
            with self.writing() as (db, now):
                outbox.keep_here(db, self.place, clicks, now, why=why, level=level)

    def give_up(self, clicks: Sequence[Click], *, why: str) -> None:
        """The server cannot be told of these: they are shown as it has them."""
        with self.writing() as (db, now):
            outbox.give_up(db, self.place, clicks, now, why=why)
