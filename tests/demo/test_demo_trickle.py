"""New mail trickles into the sample office while it runs."""

import threading
import time
from random import Random

from imapclient import IMAPClient

from mailboxadmin.demo.people import SamplePerson, sample_people
from mailboxadmin.demo.server import DemoImapServer
from mailboxadmin.demo.trickle import Trickle
from mailboxadmin.domain.clock import SystemClock


def messages(server: DemoImapServer, person: SamplePerson) -> int:
    with IMAPClient(server.host, server.port, ssl=False, timeout=60) as client:
        client.login(person.email, person.imap_password)
        return int(client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"])


def test_letters_arrive_in_mailboxes_that_connect_until_it_is_stopped() -> None:
    people = sample_people()
    with DemoImapServer(people) as server:
        with Trickle(server, people, SystemClock(), Random(7), pause_s=(0.001, 0.002)):
            deadline = time.monotonic() + 60
            while not all(messages(server, p) for p in people if p.connects):
                assert time.monotonic() < deadline
        counts = {person.email: messages(server, person) for person in people}

        assert counts["anna@example.org"] == 0
        assert {p.email: messages(server, p) for p in people} == counts


def test_a_long_pause_does_not_delay_the_stop() -> None:
    before = set(threading.enumerate())
    people = sample_people()
    started = time.monotonic()

    with (
        DemoImapServer(people) as server,
        Trickle(server, people, SystemClock(), Random(7), pause_s=(3600, 3600)),
    ):
        pass

    assert time.monotonic() - started < 60
    assert set(threading.enumerate()) <= before
