"""Who runs the mail of a domain: by the address, and by MX when nothing else says it."""

import pytest

from mailboxadmin.demo.name_server import NameServer
from mailboxadmin.domain.effective import Origin
from mailboxadmin.services.mailboxes.configure import MailboxConfig, read_config
from mailboxadmin.services.office.settings import change_settings
from tests.support.configuring import ADMIN
from tests.support.office import Office


@pytest.fixture
def office(open_office, dns_stub: NameServer) -> Office:
    """An office whose resolver is the stub."""
    opened: Office = open_office(nameservers=((dns_stub.address, dns_stub.port),))
    return opened


def config_of(office: Office, email: str) -> MailboxConfig:
    return read_config(office.deps, office.person(email).mailbox_id or 0)


@pytest.mark.parametrize(
    ("email", "host"),
    [
        ("a@gmail.com", "imap.gmail.com"),
        ("a@yahoo.com", "imap.mail.yahoo.com"),
        ("a@aol.com", "imap.aol.com"),
        ("a@icloud.com", "imap.mail.me.com"),
        ("a@fastmail.com", "imap.fastmail.com"),
        ("a@gmx.de", "imap.gmx.net"),
        ("a@web.de", "imap.web.de"),
        ("a@zoho.com", "imap.zoho.com"),
        ("a@yandex.com", "imap.yandex.com"),
        ("a@outlook.com", "outlook.office365.com"),
    ],
)
def test_a_provider_is_known_by_the_address(office: Office, email: str, host: str):
    config = config_of(office, email)

    assert config.effective.server is not None
    assert str(config.effective.server) == f"{host}:993/ssl"
    assert config.effective.origin("imap_host") is Origin.KNOWN_PROVIDER
    assert config.provider is not None and config.provider.steps


def test_a_domain_of_ones_own_is_recognised_by_its_mx_and_asked_once(office, dns_stub):
    dns_stub.add("example.org", "MX", "5 gmail-smtp-in.l.google.com.")

    config = config_of(office, "anna@example.org")
    read_config(office.deps, config.mailbox_id)

    assert config.effective.server is not None
    assert config.effective.server.host == "imap.gmail.com"
    assert config.effective.origin("imap_host") is Origin.MX
    assert config.provider is not None and config.provider.name == "Google"
    assert dns_stub.queries.count(("example.org", "MX")) == 1


def test_an_mx_of_nobody_known_is_asked_for_once_a_day(office: Office, dns_stub: NameServer):
    dns_stub.add("example.org", "MX", "5 mx.example.org.")

    config = config_of(office, "anna@example.org")
    config_of(office, "ben@example.org")
    today = dns_stub.queries.count(("example.org", "MX"))
    office.clock.advance(days=1)
    dns_stub.add("example.org", "MX", "5 gmail-smtp-in.l.google.com.")
    moved = read_config(office.deps, config.mailbox_id)

    assert config.effective.server is None and config.provider is None
    assert today == 1
    assert moved.provider is not None


def test_a_resolver_that_fails_is_asked_again_after_some_minutes(office, dns_stub: NameServer):
    dns_stub.servfail("example.org")
    config = config_of(office, "anna@example.org")
    asked = len(dns_stub.queries)

    read_config(office.deps, config.mailbox_id)
    soon = len(dns_stub.queries)
    dns_stub.add("example.org", "MX", "5 gmail-smtp-in.l.google.com.")
    office.clock.advance(minutes=5)
    later = read_config(office.deps, config.mailbox_id)

    assert config.effective.server is None
    assert soon == asked
    assert later.effective.server is not None


def test_the_office_default_goes_before_the_mx_which_is_not_asked(office, dns_stub):
    change_settings(office.deps, {"imap_host": "mail.example.org"}, actor=ADMIN)

    config = config_of(office, "anna@example.org")

    assert config.effective.origin("imap_host") is Origin.OFFICE
    assert dns_stub.queries == []


def test_outlook_takes_no_passwords(office: Office):
    assert config_of(office, "anna@outlook.com").only_oauth
    assert not config_of(office, "anna@gmail.com").only_oauth
