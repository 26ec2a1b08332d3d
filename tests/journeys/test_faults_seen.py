"""From the server's NO to the admin who reads it: thirteen broken mailboxes, in a browser."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from mailboxadmin.demo.certificates import Certificates
from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.clock import SystemClock
from tests.support.browser import ServedOffice
from tests.support.dovecot import Dovecot
from tests.support.faults import ALL, Fault, standing
from tests.support.faults.canary import CANARY, leaks
from tests.support.office import Box

HOST, ITSELF = "127.0.0.1", "Nobody"


@dataclass(frozen=True, slots=True)
class Seen:
    """What an admin reads of a fault."""

    owner: str
    #: By its name.
    fault: str
    #: Who acts, as it stands at the card's head.
    who: str
    headline: str

    @property
    def played(self) -> Fault:
        [fault] = [each for each in ALL if each.name == self.fault]
        return fault


SEEN = (
    Seen("Ada", "Google: an app password is needed", "Ada", "Google wants an app password"),
    Seen("Ben", "Exchange Online: no passwords", "You", "Microsoft does not let passwords in"),
    Seen("Cleo", "Zoho: IMAP is off", "Cleo", "IMAP is switched off for Cleo’s mailbox"),
    Seen(
        "Dora", "the password in a NO", "Dora", f"{HOST} does not accept the username or the pass"
    ),
    Seen("Emil", "contact your admin", "The provider’s admin", "says to ask its admin"),
    Seen("Fred", "a certificate: wrong name", "Fred", f"is not made for the name {HOST}"),
    Seen("Gina", "a certificate: self signed", "The mail host", "that nobody trusted has signed"),
    Seen("Hugo", "a web server", "Hugo", "is not an IMAP server"),
    Seen("Ines", "a folder: not permitted", "You", "Ines may not open the folder “INBOX”"),
    Seen("Jon", "words that nobody knows", "You", "something that Mailbox Admin does not know"),
    Seen("Kim", "BYE in place of a greeting", ITSELF, "before anybody can sign in"),
    Seen("Lea", "throttled to EXAMINE", ITSELF, "asks us to slow down for Lea’s mailbox"),
    Seen("Max", "nothing listens", ITSELF, "turns the connection away"),
)


@pytest.fixture
def broken(
    open_office, dovecot: Dovecot, certificates: Certificates, dns_stub: NameServer
) -> Iterator[dict[Seen, Box]]:
    """Their mailboxes, configured and never synced."""
    office = open_office(clock=SystemClock())
    office.admin()
    with ExitStack() as faults:
        boxes = {}
        for seen in SEEN:
            fault = seen.played
            account = dovecot.user(f"{seen.owner.lower()}@{fault.domain}", CANARY)
            stands = faults.enter_context(standing(fault, dovecot, account, certificates, dns_stub))
            boxes[seen] = office.mailbox_at(stands.server, account)
        yield boxes


def test_what_servers_say_is_what_the_admin_reads(
    broken: dict[Seen, Box], serve, open_page, certificates: Certificates
):
    office = serve(ca_file=str(certificates.ca_file))
    admin = open_page(office, "grace@example.org")

    texts = [
        the_board_says_who_must_do_what(admin),
        *(the_page_says_why(admin, seen, box) for seen, box in broken.items()),
        the_log_tells_of_each(admin, office),
    ]

    assert leaks(texts, *(box.account for box in broken.values())) == []


def the_board_says_who_must_do_what(page: Page) -> str:
    page.goto("/")
    expect(page.get_by_role("article")).to_have_count(len(SEEN))
    for seen in SEEN:
        card = page.get_by_role("article").filter(has_text=seen.headline)
        expect(card).to_have_count(1)
        expect(card.locator(".who")).to_contain_text(seen.who)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ten things need someone")
    return page.content()


def the_page_says_why(page: Page, seen: Seen, box: Box) -> str:
    page.goto(f"/mailboxes/{box.id}")
    wrong = page.get_by_role("article", name="What is wrong")
    expect(wrong.get_by_role("heading")).to_contain_text(seen.headline)
    expect(wrong).to_contain_text(str(seen.played.in_sync))
    expect(wrong.get_by_role("listitem").first).to_be_visible()
    if seen.played.quotes:
        expect(wrong.locator(".said")).to_contain_text(seen.played.quotes)
    expect(page.locator(".ladder .bad")).to_have_count(1)
    return page.content()


def the_log_tells_of_each(page: Page, office: ServedOffice) -> str:
    page.goto("/activity")
    for seen in SEEN:
        entry = page.locator("#log tr").filter(has_text=seen.headline)
        expect(entry).to_have_count(1)
        expect(entry).to_contain_text("sync.failed")
    csv = page.request.get(f"{office.address}/activity.csv").text()
    for seen in SEEN:
        assert str(seen.played.in_sync) in csv, seen
    return page.content() + csv
