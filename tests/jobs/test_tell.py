"""A good tick tells people, in a thread of its own; nothing that hangs there makes a tick late."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.jobs.scheduler import Scheduler
from mailboxadmin.jobs.tell import Tell
from mailboxadmin.services.notifying import delivering
from tests.support.hook_server import HookServer
from tests.support.office import Office
from tests.support.outcomes import REFUSED, fails
from tests.support.smtp_server import Rudeness, RudeServer, SmtpServer
from tests.support.telling import change, tell_by_mail
from tests.support.waiting import wait_for

SOMEWHERE = Server(host="mail.example.org", port=993, encryption=Encryption.SSL)


@pytest.fixture
def scheduler(office: Office) -> Iterator[Scheduler]:
    made = Scheduler(office.deps)
    yield made
    made.stop()


def test_ticks_tell_what_broke_and_that_somebody_lives(office: Office, scheduler: Scheduler):
    box = office.mailbox_at(SOMEWHERE)
    fails(office, box.id, REFUSED)
    with SmtpServer() as server, HookServer() as monitor:
        tell_by_mail(office, server)
        change(office, ping_url=monitor.url)
        scheduler.tick()
        wait_for(lambda: len(monitor.came) == 1)

        def told() -> bool:
            office.clock.advance(seconds=30)
            scheduler.tick()
            return bool(server.subjects)

        wait_for(told)

    assert len(server.subjects) == 1


def test_a_server_that_says_nothing_holds_no_tick_and_no_stop(office: Office, monkeypatch):
    # Longer than any test may take: whoever waits for it never comes back.
    patient = partial(delivering.send_mail, limit_s=3600.0)
    monkeypatch.setattr(delivering, "send_mail", patient)
    scheduler = Scheduler(office.deps)
    box = office.mailbox_at(SOMEWHERE)
    fails(office, box.id, REFUSED)

    with RudeServer(at="GREETING", then=Rudeness.SILENCE) as server:
        tell_by_mail(office, server)

        def met() -> bool:
            office.clock.advance(minutes=1)
            scheduler.tick()
            return server.met

        wait_for(met)
        scheduler.tick()
        [telling] = (thread for thread in threading.enumerate() if thread.name == Tell.name)
        scheduler.stop()
        still_telling = telling.is_alive()
    telling.join()

    assert still_telling
