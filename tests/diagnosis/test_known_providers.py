"""The providers that are recognised, and what they tell a person."""

import re

import pytest

from mailboxadmin.diagnosis import load_providers
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.provider import Provider

PROVIDERS = load_providers()


def key(found: Provider | None) -> str | None:
    return found.key if found else None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("anna@gmail.com", "gmail"),
        ("Anna@GoogleMail.com", "gmail"),
        ("anna@outlook.com", "outlook"),
        ("anna@hotmail.fr", "outlook"),
        ("anna@live.nl", "outlook"),
        ("anna@msn.com", "outlook"),
        ("anna@yahoo.co.uk", "yahoo"),
        ("anna@aol.com", "aol"),
        ("anna@me.com", "icloud"),
        ("anna@fastmail.fm", "fastmail"),
        ("anna@gmx.at", "gmx"),
        ("anna@gmx.com", "gmx_com"),
        ("anna@web.de", "webde"),
        ("anna@zohomail.eu", "zoho_eu"),
        ("anna@ya.ru", "yandex"),
        ("anna@example.org", None),
        ("anna@mail.gmail.com", None),
        ("anna@notgmail.com", None),
        ("anna", None),
        ("", None),
    ],
)
def test_an_address_is_known_by_its_exact_domain(address: str, expected: str | None):
    assert key(PROVIDERS.by_domain(address)) == expected


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["ASPMX.L.GOOGLE.COM."], "gmail"),
        (["smtp.google.com"], "gmail"),
        (["example-org.mail.protection.outlook.com"], "outlook"),
        (["example-org.k-v1.mx.microsoft"], "outlook"),
        (["mx-aol.mail.gm0.yahoodns.net"], "aol"),
        (["mta5.am0.yahoodns.net"], "yahoo"),
        (["in1-smtp.messagingengine.com"], "fastmail"),
        (["mx.zoho.eu", "mx2.zoho.eu"], "zoho_eu_org"),
        (["filter.example.net", "mx.yandex.net"], "yandex"),
        (["mail.example.org"], None),
        (["notgoogle.com"], None),
        ([], None),
    ],
)
def test_a_domain_of_ones_own_is_known_by_its_mx(hosts: list[str], expected: str | None):
    assert key(PROVIDERS.by_mx(hosts)) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("imap.gmail.com", "gmail"),
        ("imap-mail.outlook.com", "outlook"),
        ("outlook.office365.com", "outlook"),
        ("imappro.zoho.in", "zoho_in_org"),
        ("imap.zoho.in", "zoho_in"),
        ("imap.example.org", None),
        ("", None),
    ],
)
def test_an_imap_host_gives_its_provider_away(host: str, expected: str | None):
    assert key(PROVIDERS.by_host(host)) == expected


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"IMAP4REV1", "X-GM-EXT-1", "XLIST"}, "gmail"),
        ({"IMAP4REV1", "XYMHIGHESTMODSEQ"}, "yahoo"),
        ({"IMAP4REV1", "IDLE", "XAPPLEPUSHSERVICE"}, None),
        (set(), None),
    ],
)
def test_what_only_one_provider_can_do_gives_it_away(capabilities: set[str], expected: str | None):
    assert key(PROVIDERS.by_capabilities(capabilities)) == expected


@pytest.mark.parametrize("provider", PROVIDERS.all, ids=lambda provider: provider.key)
def test_every_provider_has_a_server_of_its_own_and_steps_with_a_page(provider: Provider):
    linked = " ".join(provider.steps)

    assert provider.server.encryption is Encryption.SSL
    assert provider.server.port == 993
    assert key(PROVIDERS.by_host(provider.server.host)) == provider.key
    assert len(provider.steps) >= 2
    assert re.search(r"\[[^\]]+\]\(https://[^)\s]+\)", linked)
    assert all(step.endswith(".") for step in (*provider.steps, provider.remark))


def test_no_domain_belongs_to_two_providers():
    domains = [domain for provider in PROVIDERS.all for domain in provider.domains]

    assert len(domains) == len(set(domains))


def test_outlook_says_that_only_oauth_works_and_where():
    outlook = PROVIDERS.by_key("outlook")

    assert outlook is not None and not outlook.accepts_passwords
    assert "OAuth" in outlook.steps[0]
    assert "connect Outlook" in outlook.steps[1]


def test_spaces_are_taken_out_for_google_only():
    stripping = [provider.key for provider in PROVIDERS.all if provider.strips_spaces]

    assert stripping == ["gmail"]
