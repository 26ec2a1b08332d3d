import pytest

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.imap.deadline import Deadline
from mailboxadmin.imap.network import Network
from mailboxadmin.imap.policy import NOT_ALLOWED, check_allowed


def server(port: int = 993, host: str = "mail.example.org") -> Server:
    return Server(host=host, port=port, encryption=Encryption.SSL)


def refused(where: Server, address: str, *allowed: str) -> str:
    with pytest.raises(MailFailure) as caught:
        check_allowed(where, [address], allowed)
    assert caught.value.facts.happening is Happening.ADDRESS_NOT_ALLOWED
    # One sentence for whatever stands there.
    assert caught.value.facts.detail == NOT_ALLOWED
    return caught.value.facts.detail


@pytest.mark.parametrize("port", [143, 993])
@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe"])
def test_public_addresses_are_allowed_on_the_imap_ports(address, port):
    assert check_allowed(server(port), [address], ()) == (address,)


def test_a_public_address_on_another_port_is_refused():
    refused(server(8080), "9.9.9.9")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fc00::1",
        "fe80::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "::127.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::10.0.0.1",
        "2620:fe::5efe:10.0.0.1",
        "2620:fe::200:5efe:192.168.1.1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
        "fec0::1",
        "5f00::1",
        "4000::1",
        "2001:db8::1",
        "192.0.0.9",
        "192.88.99.1",
        "198.18.0.1",
        "240.0.0.1",
    ],
)
def test_addresses_that_are_not_public_are_refused_in_whatever_form(address):
    refused(server(), address)


@pytest.mark.parametrize(
    "address", ["::ffff:9.9.9.9", "64:ff9b::9.9.9.9", "2002:909:909::1", "2620:fe::5efe:9.9.9.9"]
)
def test_a_public_address_in_another_form_is_public(address):
    assert check_allowed(server(), [address], ()) == (address,)


def test_why_is_in_the_log_of_the_program_only(caplog):
    with caplog.at_level("INFO"):
        refused(server(), "10.1.2.3")

    assert "mail.example.org:993/ssl: it is 10.1.2.3" in caplog.text


@pytest.mark.parametrize(
    "entry",
    ["mail.example.org", "mail.example.org:4993", "10.1.2.3", "10.1.2.3:4993", "10.1.0.0/16"],
)
def test_what_an_admin_listed_is_allowed_on_any_port_it_does_not_name(entry):
    assert check_allowed(server(4993), ["10.1.2.3"], (entry,)) == ("10.1.2.3",)


@pytest.mark.parametrize(
    "entry",
    ["other.example.org", "mail.example.org:993", "10.1.2.4", "10.2.0.0/16", "fd00::/8"],
)
def test_what_an_admin_listed_does_not_open_anything_else(entry):
    refused(server(4993), "10.1.2.3", entry)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2620:fe::5efe:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "2620:fe::fe%eth0",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "::",
    ],
)
def test_link_local_and_metadata_addresses_are_refused_even_when_listed(address):
    refused(server(), address, "mail.example.org", address, "0.0.0.0/0", "::/0")


def test_of_several_addresses_only_the_allowed_ones_are_left():
    addresses = ["9.9.9.9", "10.0.0.1", "169.254.169.254"]

    assert check_allowed(server(), addresses, ()) == ("9.9.9.9",)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "localhost"]
)
def test_other_ways_to_write_an_address_are_looked_at_as_what_they_lead_to(host):
    found = Network().resolve(host, Deadline.after(60))

    assert {"127.0.0.1", "::1"} >= set(found)
    for address in found:
        refused(server(host=host), address)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_an_address_is_its_own(host):
    [address] = Network().resolve(host, Deadline.after(60))

    refused(server(host=host), address)
