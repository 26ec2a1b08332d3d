import pytest

from mailboxadmin.domain.errors import Happening, MailFailure
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.imap.policy import check_allowed


def server(port: int = 993, host: str = "mail.example.org") -> Server:
    return Server(host=host, port=port, encryption=Encryption.SSL)


def refused(where: Server, address: str, *allowed: str) -> str:
    with pytest.raises(MailFailure) as caught:
        check_allowed(where, [address], allowed)
    assert caught.value.facts.happening is Happening.ADDRESS_NOT_ALLOWED
    return caught.value.facts.detail


@pytest.mark.parametrize("port", [143, 993])
@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe"])
def test_public_addresses_are_allowed_on_the_imap_ports(address, port):
    assert check_allowed(server(port), [address], ()) == (address,)


def test_a_public_address_on_another_port_is_refused_and_the_port_is_named():
    assert "port 8080" in refused(server(8080), "9.9.9.9")


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
    ],
)
def test_addresses_inside_a_network_are_refused(address):
    assert "inside a network" in refused(server(), address)


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
    "address", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "0.0.0.0"]
)
def test_link_local_and_metadata_addresses_are_refused_even_when_listed(address):
    refused(server(), address, "mail.example.org", address, "0.0.0.0/0", "::/0")


def test_of_several_addresses_only_the_allowed_ones_are_left():
    addresses = ["9.9.9.9", "10.0.0.1", "169.254.169.254"]

    assert check_allowed(server(), addresses, ()) == ("9.9.9.9",)
