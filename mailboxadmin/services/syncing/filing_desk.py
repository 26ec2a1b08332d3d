"""What is at hand while moves and flags are told to the server, and what becomes of them.

Each of these is one transaction with its word in the log, so that the log says what was stored.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from mailboxadmin.domain.activity import Code, Entry
from mailboxadmin.domain.errors import MailFailure
from mailboxadmin.domain.filing import Kind
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.message import FLAGGED
from mailboxadmin.imap.session import Session
from mailboxadmin.services.clicks import outbox
from mailboxadmin.services.clicks.filing_log import failed_entry, messages
from mailboxadmin.services.clicks.numbers import NUMBERED_ANEW, cannot_be_told
from mailboxadmin.services.clicks.outbox import Place
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.new_mail.pulling import Tally, of_the_folder
from mailboxadmin.services.verdict.findings import finding_for
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store import changes as rows
from mailboxadmin.store import flag_changes, folders, moves, runs
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.changes import Change
from mailboxadmin.store.moves import Placed

#: A message, and the flags that the server has now.
Told = tuple[Change, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What telling the server of moves and flags needs at hand."""

    deps: Deps
    run: Run
    session: Session
    tally: Tally

    @contextmanager
    def writing(self) -> Iterator[tuple[DbSession, datetime]]:
        """A transaction of the run, and what time it is."""
        with self.deps.store.write(background=True) as db:
            self.run.confirm(db)
            yield db, self.deps.clock.now()
            runs.note_counts(db, self.run.id, self.tally.counts())

    def fail(self, kind: Kind, changes: Sequence[Change], *, why: str) -> None:
        """The server cannot be told of these: they are shown as it has them, with the reason.

        Args:
            why: a sentence.
        """
        if changes:
            with self.writing() as (db, now):
                fail_within(db, self.run, kind, changes, now, why=why)

    def settle_flags(self, told: Sequence[Told]) -> None:
        """The server has these so now."""
        if not told:
            return
        first = told[0][0]
        place = Place(run=self.run, folder_id=first.folder_id, name=first.folder)
        with self.writing() as (db, now):
            rows.drop_changes(db, Kind.FLAG, [change for change, _ in told])
            flags = {change.uid: flags for change, flags in told if change.uid is not None}
            outbox.take_server_flags(db, place, flags, now)
            self.tally.pushed += len(told)
            set_ = sum(FLAGGED in flags for _, flags in told)
            said = [f"{messages(set_)} flagged"] if set_ else []
            said += [f"{messages(len(told) - set_)} no longer flagged"] if set_ < len(told) else []
            message = f"On the mail server in {first.folder}: {' and '.join(said)}."
            detail = {"folder": first.folder, "flagged": set_, "not_flagged": len(told) - set_}
            add_entry(db, self._entry(Code.FILING_FLAGGED, message, detail), now)
        self.tally.progress = True

    def settle_places(self, placed: Sequence[Placed]) -> None:
        """The server has these, which are all in one folder now."""
        if not placed:
            return
        with self.writing() as (db, now):
            moves.settle_places(db, placed)
            folder = folders.name_of(db, placed[0].folder_id)
            self.tally.pushed += len(placed)
            before = ", ".join(sorted({each.change.folder for each in placed}))
            message = f"{messages(len(placed))} moved on the mail server from {before} to {folder}."
            detail = {"from": before, "to": folder, "count": len(placed)}
            add_entry(db, self._entry(Code.FILING_MOVED, message, detail), now)
        self.tally.progress = True

    def refused(self, kind: Kind, changes: Sequence[Change], failure: MailFailure) -> None:
        """The server refused these: for a while, or for good.

        Raises:
            MailFailure: it is not about them, but about the connection.
        """
        self.run.control.proceed()
        if not of_the_folder(failure.facts):
            raise failure
        facts = replace(failure.facts, phase=Phase.PUSH)
        finding = finding_for(self.deps, self.run.mailbox_id, facts)
        if finding.temporary:
            self.tally.failed(finding, facts)
            return
        said = f" The server said: {facts.server_said}" if facts.server_said else ""
        self.fail(kind, changes, why=finding.summary + said)

    def _entry(self, code: Code, message: str, detail: dict[str, object]) -> Entry:
        return Entry(
            code=code,
            message=message,
            actor=self.run.actor,
            mailbox_id=self.run.mailbox_id,
            run_id=self.run.id,
            detail=detail,
        )


def fail_within(
    db: DbSession,
    run: Run,
    kind: Kind,
    changes: Sequence[Change],
    now: datetime,
    *,
    why: str,
) -> None:
    """`Desk.fail` in a transaction of the caller's."""
    failed = rows.fail_changes(db, kind, changes, why, now)
    if not failed:
        return
    if kind is Kind.FLAG:
        flag_changes.show_as_server(db, failed)
    folder = changes[0].folder
    add_entry(db, failed_entry(run, kind, folder, failed, why), now)


def fail_pending(db: DbSession, place: Place, now: datetime) -> None:
    """The folder was numbered anew: what waits cannot be told by the numbers of before.

    Moves that the server was asked for are looked for where they were to go.
    """
    for kind in Kind:
        waiting = rows.waiting_changes(db, place.run.mailbox_id, kind, folder_id=place.folder_id)
        lost = [each for each in waiting if each.uid is not None and each.asked is None]
        fail_within(db, place.run, kind, lost, now, why=cannot_be_told(NUMBERED_ANEW))
