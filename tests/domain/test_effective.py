"""Which setting is in force for a mailbox, and where it comes from."""

import pytest

from mailboxadmin.diagnosis import load_providers
from mailboxadmin.domain.effective import Origin, effective
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.settings import PERSONAL_KEYS, Value
from mailboxadmin.domain.special_use import SpecialUse

GMAIL = load_providers().by_domain("ann@gmail.com")
OFFICE: dict[str, Value] = {
    "imap_host": "mail.example.org",
    "imap_port": 1143,
    "imap_encryption": "starttls",
}


def server(host: str, port: int, encryption: Encryption) -> Server:
    return Server(host=host, port=port, encryption=encryption)


def test_without_anything_there_is_no_server_and_inbox_is_synced():
    nothing = effective({}, {})

    assert (nothing.server, nothing.folders) == (None, ("INBOX",))
    assert {each.origin for each in nothing.values.values()} <= {
        Origin.BUILT_IN,
        Origin.ENCRYPTION,
    }


def test_the_offices_server_is_inherited_as_one():
    inherited = effective({}, OFFICE)

    assert inherited.server == server("mail.example.org", 1143, Encryption.STARTTLS)
    assert inherited.origin("imap_port") is Origin.OFFICE


def test_a_personal_host_never_meets_the_offices_port_or_encryption():
    own = effective({"imap_host": "imap.example.net"}, OFFICE)

    assert own.server == server("imap.example.net", 993, Encryption.SSL)
    assert own.origin("imap_host") is Origin.OWN
    assert own.origin("imap_port") is not Origin.OFFICE


def test_the_exact_domain_wins_over_the_office_and_the_office_over_mx():
    assert GMAIL is not None

    by_domain = effective({}, OFFICE, by_domain=GMAIL)
    by_mx = effective({}, {}, by_mx=GMAIL)
    office = effective({}, OFFICE, by_mx=GMAIL)

    assert by_domain.server == by_mx.server == GMAIL.server
    assert by_domain.origin("imap_host") is Origin.KNOWN_PROVIDER
    assert by_mx.origin("imap_host") is Origin.MX
    assert office.origin("imap_host") is Origin.OFFICE


@pytest.mark.parametrize(("encryption", "port"), [("ssl", 993), ("starttls", 143), ("none", 143)])
def test_a_personal_encryption_brings_its_port(encryption: str, port: int):
    own = effective({"imap_encryption": encryption}, OFFICE)

    assert own.server == server("mail.example.org", port, Encryption(encryption))
    assert own.origin("imap_port") is Origin.ENCRYPTION


def test_a_personal_port_wins_over_all():
    own = effective({"imap_port": 10993, "imap_encryption": "ssl"}, OFFICE)

    assert own.server == server("mail.example.org", 10993, Encryption.SSL)


def test_folders_and_the_interval_are_inherited_one_by_one():
    mixed = effective({"folders": ("INBOX", "Sent")}, {"check_every_minutes": 60})

    assert (mixed.folders, mixed.check_every_minutes) == (("INBOX", "Sent"), 60)
    assert mixed.origin("folders") is Origin.OWN
    assert mixed.origin("check_every_minutes") is Origin.OFFICE


def test_what_is_synced_is_inherited_one_by_one_too():
    built_in = effective({}, {})
    mixed = effective(
        {"fetch_only_unread": False, "sent_folder": "Gesendet"},
        {
            "sync_since_days": 30,
            "fetch_only_unread": True,
            "sync_read_status": True,
            "sent_folder": "Sent",
            "spam_folder": "Spam",
        },
    )

    assert (built_in.since_days, built_in.only_unread) == (0, False)
    assert not built_in.pushes_read_status
    assert (mixed.since_days, mixed.only_unread, mixed.pushes_read_status) == (30, False, True)
    assert mixed.origin("fetch_only_unread") is Origin.OWN
    assert mixed.origin("sync_read_status") is Origin.OFFICE
    assert [mixed.folder_for(use) for use in SpecialUse] == ["Gesendet", None, None, "Spam", None]


def test_every_personal_setting_is_in_force_somehow():
    assert set(effective({}, {}).values) == set(PERSONAL_KEYS)
