"""An office that is as full as one gets: its mailboxes, their mail, their past and the log."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from bench.activity import SPAN, line
from mailboxadmin.diagnosis import Context
from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Finding, Phase
from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.deps import Deps
from mailboxadmin.store.base import Base
from mailboxadmin.store.incidents import begin_incident
from mailboxadmin.store.message_counts import COUNT_ALL
from mailboxadmin.store.secrets import put_password
from mailboxadmin.store.tables import (
    ActivityRow,
    IncidentRow,
    MailboxRow,
    RunRow,
    StaffRow,
    UnknownAnswerRow,
)
from mailboxadmin.store.tables_mail import FolderRow, MessageRow
from mailboxadmin.store.unknown import MOST

#: Rows written at once.
BATCH = 10_000
NAMES = ("Anna Keller", "Ben Okoye", "Cleo Marsh", "Dana Vries", "Emil Sommer")
#: Mailboxes with a month of runs, and outages of each mailbox.
SHOWN, OUTAGES = 20, 5
EVERY = timedelta(minutes=10)
MONTH = timedelta(days=30)
#: What a mailbox of each state suffers from; one host for those that wait, so that they are one.
WRONG = {
    State.NEEDS_ACTION: Facts(
        phase=Phase.AUTH,
        happening=Happening.ANSWER_NO,
        response_code="AUTHENTICATIONFAILED",
        server_said="[AUTHENTICATIONFAILED] Authentication failed.",
        host="mail.example.org",
    ),
    State.RETRYING: Facts(
        phase=Phase.TCP, happening=Happening.CONNECT_TIMEOUT, host="imap.example.net"
    ),
}
#: Of twenty mailboxes.
STATES = [State.NEEDS_ACTION] + 2 * [State.RETRYING] + [State.PAUSED] + 16 * [State.OK]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is of everything."""

    mailboxes: int
    messages: int
    entries: int


def fill(deps: Deps, size: Size) -> list[int]:
    """Fill an office; the ids of the mailboxes."""
    # Nobody misses it after a power cut, and the disk is not what is measured.
    event.listen(deps.store.engine, "connect", _in_a_hurry)
    deps.store.engine.dispose()
    filling = _Filling(deps)
    ids = filling.mailboxes(size.mailboxes)
    filling.mail(ids, size.messages)
    filling.past(ids)
    filling.log(size.entries, len(ids))
    filling.unknown()
    return ids


def _in_a_hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


class _Filling:
    def __init__(self, deps: Deps) -> None:
        self._deps, self._store = deps, deps.store
        self._now, self._chance = deps.clock.now(), random.Random(1)

    def mailboxes(self, count: int) -> list[int]:
        with self._store.write() as db:
            return [self._mailbox(db, number) for number in range(count)]

    def _mailbox(self, db: Session, number: int) -> int:
        name, state = NAMES[number % len(NAMES)], STATES[number % len(STATES)]
        now = self._now
        staff = StaffRow(
            email=f"person{number}@example.org",
            name=f"{name} {number}",
            role="staff",
            standing="active",
            created_at=now - SPAN,
        )
        db.add(staff)
        db.flush()
        row = MailboxRow(
            staff_id=staff.id,
            state=state.value,
            created_at=now - SPAN,
            configured_at=now - SPAN,
            last_success_at=now - EVERY,
            next_attempt_at=None if state in (State.PAUSED, State.NEEDS_ACTION) else now + MONTH,
        )
        db.add(row)
        db.flush()
        put_password(
            db, row.id, self._deps.vault.seal("a password"), "mail.example.org:993/ssl", now - SPAN
        )
        if state in WRONG:
            self._break(db, row, staff.email, WRONG[state])
        return row.id

    def _break(self, db: Session, row: MailboxRow, address: str, facts: Facts) -> None:
        finding = self._finding(address, facts)
        begin_incident(db, row, finding, facts, self._now - timedelta(hours=3))
        row.finding, row.finding_since = finding.as_json(), self._now - timedelta(hours=3)
        row.failures = 3

    def _finding(self, address: str, facts: Facts) -> Finding:
        context = Context(address=address, owner_first_name="Anna", effective=None)
        return self._deps.diagnosis.finding(facts, context)

    def mail(self, mailbox_ids: Sequence[int], count: int) -> None:
        with self._store.write() as db:
            folders = {each: FolderRow(mailbox_id=each, name="INBOX") for each in mailbox_ids}
            for folder in folders.values():
                folder.uid_validity = 1
            db.add_all(folders.values())
            db.flush()
            places = [(each, folder.id) for each, folder in folders.items()]
        self._write(MessageRow, count, lambda number: self._message(number, count, places))
        with self._store.write() as db:
            db.execute(text(COUNT_ALL))

    def _message(
        self, number: int, count: int, places: Sequence[tuple[int, int]]
    ) -> dict[str, Any]:
        mailbox_id, folder_id = places[number % len(places)]
        at = self._now - SPAN * ((count - number) / count)
        return {
            "mailbox_id": mailbox_id,
            "folder_id": folder_id,
            "uid": number + 1,
            "message_id": f"<{number}@example.org>",
            "subject": f"Letter {number}",
            "sender": "somebody@example.org",
            "arrived_at": at,
            "size": 4000,
            "digest": number.to_bytes(32, "big"),
            "seen": True,
            "server_seen": True,
            "examined_at": at,
            # One in fifty was deleted on the server.
            "removed_at": None if number % 50 else at,
        }

    def past(self, mailbox_ids: Sequence[int]) -> None:
        """A month of runs of those whose pages are looked at, and outages of everybody."""
        shown, runs = mailbox_ids[:SHOWN], int(MONTH / EVERY)
        self._write(RunRow, runs * len(shown), lambda number: self._run(number, runs, shown))
        outages = [each for each in mailbox_ids for _ in range(OUTAGES)]
        self._write(IncidentRow, len(outages), lambda number: self._outage(number, outages))

    def _run(self, number: int, runs: int, shown: Sequence[int]) -> dict[str, Any]:
        at = self._now - EVERY * (runs - number // len(shown))
        return {
            "mailbox_id": shown[number % len(shown)],
            "started_at": at,
            "finished_at": at + timedelta(seconds=1),
            "started_by": "scheduler",
            "counts": {},
            "outcome": "ok",
        }

    def _outage(self, number: int, outages: Sequence[int]) -> dict[str, Any]:
        facts = WRONG[State.RETRYING]
        finding = self._finding("person@example.org", facts)
        at = self._now - MONTH * (number % OUTAGES + 1) / (OUTAGES + 1)
        return {
            "mailbox_id": outages[number],
            "code": finding.code,
            "finding": finding.as_json(),
            "reach": facts.host,
            "outage_at": at,
            "began_at": at,
            "last_at": at + timedelta(minutes=20),
            "times": 2,
            "ended_at": at + timedelta(minutes=30),
            "ended_by": "recovered",
        }

    def log(self, count: int, mailboxes: int) -> None:
        self._write(ActivityRow, count, lambda number: line(self._chance, number, count, mailboxes))

    def unknown(self) -> None:
        self._write(
            UnknownAnswerRow,
            MOST,
            lambda number: {
                "phase": "auth",
                "happening": "answer_no",
                "response_code": "",
                "provider": "",
                "said": f"Something {number} that nobody knows",
                "first_at": self._now,
                "last_at": self._now,
                "times": 1,
            },
        )

    def _write(self, table: type[Base], count: int, row: Callable[[int], dict[str, Any]]) -> None:
        for first in range(0, count, BATCH):
            rows = [row(number) for number in range(first, min(first + BATCH, count))]
            with self._store.write() as db:
                db.execute(insert(table), rows)
