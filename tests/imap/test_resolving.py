import time

import pytest

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.imap import network as network_module
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import Network

SOON = 60.0


@pytest.fixture
def network(dns_stub):
    return Network(nameservers=((dns_stub.address, dns_stub.port),))


def happening_of(network: Network, host: str, seconds: float = SOON) -> Happening:
    with pytest.raises(MailFailure) as caught:
        network.resolve(host, Deadline.after(seconds))
    return caught.value.facts.happening


def test_a_name_gives_all_its_addresses(dns_stub, network):
    dns_stub.add("imap.example.org", "A", "192.0.2.1", "192.0.2.2")
    dns_stub.add("imap.example.org", "AAAA", "2001:db8::1")

    addresses = network.resolve("imap.example.org", Deadline.after(SOON))

    assert sorted(addresses) == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]


def test_an_address_is_its_own_and_nobody_is_asked(dns_stub, network):
    assert network.resolve("192.0.2.9", Deadline.after(SOON)) == ["192.0.2.9"]
    assert network.resolve("2001:DB8::9", Deadline.after(SOON)) == ["2001:db8::9"]
    assert dns_stub.queries == []


def test_a_name_that_does_not_exist_and_one_without_an_address_are_unknown(dns_stub, network):
    dns_stub.add("example.org", "MX", "10 mx.example.org.")

    assert happening_of(network, "nowhere.example.org") is Happening.NAME_UNKNOWN
    assert happening_of(network, "example.org") is Happening.NAME_UNKNOWN


def test_a_resolver_that_fails_is_not_a_wrong_name(dns_stub, network):
    dns_stub.servfail("broken.example.org")

    assert happening_of(network, "broken.example.org") is Happening.RESOLVER_DOWN


def test_a_dead_resolver_is_given_up_in_time(dns_stub, network):
    dns_stub.silent("imap.example.org")

    assert happening_of(network, "imap.example.org", 0.5) is Happening.RESOLVER_DOWN


def test_the_machines_own_way_knows_localhost_and_no_invented_name():
    assert "127.0.0.1" in Network().resolve("localhost", Deadline.after(30))
    assert happening_of(Network(), "no-such-host.invalid", 30) in (
        Happening.NAME_UNKNOWN,
        Happening.RESOLVER_DOWN,  # On a machine without any resolver.
    )


def test_the_machines_own_way_is_given_up_in_time(monkeypatch):
    def hang(host: str) -> list[str]:
        time.sleep(5)
        return []

    monkeypatch.setattr(network_module, "_ask_system", hang)

    assert happening_of(Network(), "imap.example.org", 0.2) is Happening.RESOLVER_DOWN


def test_mail_exchangers_come_in_order_of_preference_as_plain_names(dns_stub, network):
    dns_stub.add("example.org", "MX", "20 Alt.Google.com.", "5 aspmx.l.google.com.")

    names = network.mx("example.org", Deadline.after(SOON))

    assert names == ["aspmx.l.google.com", "alt.google.com"]


def test_a_domain_that_wants_no_mail_and_any_failure_of_dns_give_no_exchangers(dns_stub, network):
    dns_stub.add("nomail.example.org", "MX", "0 .")
    dns_stub.servfail("broken.example.org")
    dns_stub.silent("dead.example.org")

    for domain in ("nomail.example.org", "broken.example.org", "nowhere.example.org", "..bad.."):
        assert network.mx(domain, Deadline.after(SOON)) == []
    assert network.mx("dead.example.org", Deadline.after(0.3)) == []
