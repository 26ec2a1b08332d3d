"""Mailbox Admin kept warm: one process that does what it is told, and times it.

    python -m bench.worker            with MAILBOXADMIN_INSTANCE in the environment

Each line of its input is a method of `Worker` with its arguments, as JSON; each line of its
output is the answer. `bench.warm` talks to it.
"""

import json
import sys
import time
from itertools import islice

from sqlalchemy import func, select

from bench.process import high_water
from mailboxadmin.cli.opening import deps_of
from mailboxadmin.config import Config
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Role
from mailboxadmin.domain.run import Outcome, SyncReport
from mailboxadmin.imap.session import Session
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.examine import examine_messages
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.services.staff.people import add_person
from mailboxadmin.services.syncing.rounds import sync_many
from mailboxadmin.services.syncing.sync import sync_mailbox
from mailboxadmin.store.tables import MailboxRow, RunRow


class Worker:
    """What the bench asks for."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._signed_in_at = 0.0
        self._mailboxes = 0
        self._watch_sign_ins()

    def admin(self, email: str, password: str) -> None:
        """Somebody who may change settings."""
        add_person(
            self._deps,
            email=email,
            name="Admin",
            role=Role.ADMIN,
            actor=COMMAND_LINE,
            password=password,
        )

    def add(self, email: str, username: str, password: str, host: str, port: int) -> int:
        """A mailbox, not yet synced; its id."""
        person = add_person(
            self._deps, email=email, name="Staff", role=Role.STAFF, actor=COMMAND_LINE
        )
        assert person.mailbox_id is not None
        texts = {"imap_host": host, "imap_port": str(port), "imap_encryption": "none"}
        configure_mailbox(
            self._deps,
            person.mailbox_id,
            Draft(texts=texts, username=username, password=password),
            actor=COMMAND_LINE,
            set_by="operator",
            test=False,
        )
        self._mailboxes += 1
        return person.mailbox_id

    def set(self, key: str, text: str) -> None:
        """A setting of the office."""
        change_settings(self._deps, {key: text}, actor=COMMAND_LINE)

    def sync(self, mailbox_id: int) -> tuple[float, float]:
        """Sync one: the seconds of the whole run, and of what came after the sign-in."""
        began = time.perf_counter()
        _require_ok(sync_mailbox(self._deps, mailbox_id, actor=COMMAND_LINE))
        ended = time.perf_counter()
        return ended - began, ended - self._signed_in_at

    def sync_all(self, but: int) -> float:
        """Sync all mailboxes, as many at once as the setting says: the seconds.

        Args:
            but: so many hang; what counts is when the others are through.
        """
        began = time.perf_counter()
        reports = sync_many(self._deps, None, due=False, actor=COMMAND_LINE)
        for report in islice(reports, self._mailboxes - but):
            _require_ok(report)
        seconds = time.perf_counter() - began
        self._deps.running.stop_all()
        for _ in reports:
            pass
        return seconds

    def examine(self) -> float:
        """Take the text out of what was synced: the seconds."""
        began = time.perf_counter()
        examine_messages(self._deps)
        return time.perf_counter() - began

    def storing(self) -> int:
        """How many runs go on, in any process, that have stored messages already."""
        with self._deps.store.read() as db:
            count = select(func.count()).where(RunRow.finished_at.is_(None), RunRow.done > 0)
            return db.scalar(count) or 0

    def make_due(self, mailbox_id: int) -> None:
        """Its turn has come: the next tick of the scheduler takes it."""
        with self._deps.store.write() as db:
            db.get_one(MailboxRow, mailbox_id).next_attempt_at = self._deps.clock.now()

    def peak(self) -> int:
        """The highest resident memory until now, in bytes."""
        return high_water()

    def _watch_sign_ins(self) -> None:
        """Remember when the last session had signed in: no report says it."""
        sign_in = Session.open

        def open_(session: Session) -> None:
            sign_in(session)
            self._signed_in_at = time.perf_counter()

        Session.open = open_  # type: ignore[assignment]


def _require_ok(report: SyncReport) -> None:
    if report.outcome is not Outcome.OK:
        raise RuntimeError(f"a run that fails measures nothing: {report.as_json()}")


def main() -> None:
    worker = Worker(deps_of(Config.from_environment()))
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        print(json.dumps(getattr(worker, method)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
