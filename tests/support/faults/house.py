"""An office in which one mailbox after the other meets a fault, beside one that works.

Each fault has a mailbox of its own; while that is tested and synced, the good one is synced too.
"""

import itertools
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.mailbox import Check
from mailboxadmin.domain.run import SyncReport
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.machine.log_file import log_file, write_log
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.reading.messages import mark_messages
from tests.support import mails
from tests.support.dovecot import Dovecot
from tests.support.faults.canary import CANARY
from tests.support.faults.fault import Fault
from tests.support.faults.standing import Standing, standing
from tests.support.mailstore import Account
from tests.support.office import Box, Office
from tests.support.stored import entries, stored
from tests.support.visitor import Visitor

MESSAGES = 3
#: Houses of several test files share one Dovecot.
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A mailbox before its fault, and the good one that is synced meanwhile."""

    box: Box
    stands: Standing
    good: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of a fault."""

    box: Box
    stands: Standing
    check: Check
    report: SyncReport
    #: Of the good mailbox, which had one new message.
    neighbour: SyncReport


@dataclass(slots=True)
class House:
    """The office; `play` begins."""

    office: Office
    dovecot: Dovecot
    certificates: Certificates
    dns: NameServer
    accounts: list[Account] = field(default_factory=list)
    _good: Box | None = None
    _admin: Visitor | None = None

    @contextmanager
    def play(self, fault: Fault) -> Iterator[Played]:
        """Let a mailbox meet it in a test and in a sync."""
        with self.scene(fault, self._neighbour()) as scene:
            yield self.meet(scene)

    @contextmanager
    def scene(self, fault: Fault, good: Box) -> Iterator[Scene]:
        """Everything that comes before."""
        write_log(self.office.deps.instance)
        account = self.dovecot.user(f"fault{next(_NUMBERS)}@{fault.domain}", CANARY)
        self.accounts.append(account)
        self.dovecot.deliver_many(account, mails.generate(MESSAGES))
        with standing(fault, self.dovecot, account, self.certificates, self.dns) as stands:
            box = self.office.mailbox_at(stands.server, account)
            if fault.later:
                self._sync_once(box, fault, stands)
            self.dovecot.deliver(good.account, mails.message(901))
            yield Scene(box=box, stands=stands, good=good)

    def meet(self, scene: Scene) -> Played:
        """Test and sync the mailbox; also from several threads, each with its own scene."""
        with ThreadPoolExecutor(1) as at_once:
            beside = at_once.submit(self.office.sync, scene.good)
            check = run_check(self.office.deps, scene.box.id, actor="grace@example.org")
            report = self.office.sync(scene.box)
        return Played(
            box=scene.box,
            stands=scene.stands,
            check=check,
            report=report,
            neighbour=beside.result(),
        )

    def new_neighbour(self) -> Box:
        """A good mailbox."""
        good = self.office.mailbox(server=self.dovecot)
        self.office.sync(good)
        return good

    def _neighbour(self) -> Box:
        if self._good is None:
            self._good = self.new_neighbour()
        return self._good

    def _sync_once(self, box: Box, fault: Fault, stands: Standing) -> None:
        assert stands.line is not None
        assert self.office.sync(box).finding is None
        if fault.marks:
            # Only this mailbox has a click that waits.
            change_settings(self.office.deps, {"sync_read_status": "yes"}, actor="test")
            first = stored(self.office, box)[0]
            mark_messages(self.office.deps, box.id, [first.id], seen=True, actor=COMMAND_LINE)
        self.dovecot.deliver(box.account, mails.message(900))
        stands.line.begin(fault)

    def pages(self, box: Box, *, everywhere: bool) -> list[str]:
        """What an admin's browser is sent about a mailbox, on its page or `everywhere`."""
        if self._admin is None:
            self.office.admin()
            self._admin = Visitor(self.office.app)
            self._admin.sign_in("grace@example.org")
        ways = [f"/mailboxes/{box.id}"]
        if everywhere:
            ways += ["/", "/activity", "/activity.csv", "/troubleshooting"]
        answers = [self._admin.get(way) for way in ways]
        assert {answer.status_code for answer in answers} == {200}, answers
        return [answer.text for answer in answers]

    def told(self, played: Played) -> list[str]:
        """Everything that a test and a sync say, and what is kept of them."""
        finding, check = played.report.finding, played.check
        return [
            json.dumps(finding.as_json() if finding else None, ensure_ascii=False),
            json.dumps(check.finding.as_json() if check.finding else None, ensure_ascii=False),
            *(step.detail for step in check.steps),
            *check.folders,
            *(f"{entry.message} {entry.detail}" for entry in entries(self.office, played.box)),
            str(self.office.row(played.box).ladder),
            log_file(self.office.deps.instance).read_text(),
        ]

    def kept(self) -> list[bytes]:
        """Every byte of the instance folder."""
        logging.shutdown()
        self.office.deps.store.engine.dispose()
        files = self.office.deps.instance.rglob("*")
        return [file.read_bytes() for file in files if file.is_file()]
