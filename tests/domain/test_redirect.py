"""The address to which people come back: who takes it, and what to do when nobody does."""

import pytest

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.redirect import redirect_faults

GMAIL, OUTLOOK = AppKey
FINE: list[str] = []
HTTPS_ONLY = "over https only"
NO_BARE = "Google takes no bare address"
BARE = "browsers warn of it unless"
ENDING = "Google takes only names that end like public ones"
INSIDE = "is known inside the office only: whoever"
NAME = "Microsoft takes http only for the name localhost, not for"


@pytest.mark.parametrize(
    ("base_url", "google", "microsoft"),
    [
        ("https://mailboxes.example.org", FINE, FINE),
        ("https://mailboxes.example.org:8443", FINE, FINE),
        ("http://localhost:8000", FINE, FINE),
        ("http://localhost", FINE, FINE),
        ("http://127.0.0.1:8000", FINE, [NAME]),
        ("http://[::1]:8000", FINE, [NAME]),
        ("https://127.0.0.1", FINE, FINE),
        ("http://mailboxes.example.org", [HTTPS_ONLY], [HTTPS_ONLY]),
        ("https://192.168.1.5", [NO_BARE], [BARE]),
        ("http://192.168.1.5:8000", [HTTPS_ONLY, NO_BARE], [HTTPS_ONLY, BARE]),
        ("https://[2001:db8::5]", [NO_BARE], [BARE]),
        ("https://nas", [ENDING], [INSIDE]),
        ("http://nas:8000", [HTTPS_ONLY, ENDING], [HTTPS_ONLY, INSIDE]),
        ("https://mail.local", [ENDING], [INSIDE]),
        ("https://mail.lan.", [ENDING], [INSIDE]),
        ("https://mail.internal", [ENDING], [INSIDE]),
        ("https://mail.intranet", [ENDING], [INSIDE]),
        ("https://mail.home", [ENDING], [INSIDE]),
        ("https://mail.corp", [ENDING], [INSIDE]),
        ("https://mail.home.arpa", [ENDING], [INSIDE]),
        ("https://mail.localdomain", [ENDING], [INSIDE]),
        ("https://mail.private", [ENDING], [INSIDE]),
        ("https://app.localhost", [ENDING], [INSIDE]),
        ("https://lan.example.org", FINE, FINE),
        ("https://mylan", [ENDING], [INSIDE]),
    ],
)
def test_each_provider_takes_what_it_says_it_takes(base_url, google, microsoft):
    for key, parts in ((GMAIL, google), (OUTLOOK, microsoft)):
        faults = redirect_faults(key, base_url, base_url + "/")

        assert len(faults) == len(parts)
        assert all(part in fault.wrong for part, fault in zip(parts, faults, strict=True))
        assert all(key.company in fault.wrong for fault in faults)


@pytest.mark.parametrize(
    ("base_url", "browser_url", "remedy"),
    [
        ("https://a.example.org", "https://b.example.org/", "to https://b.example.org and"),
        ("https://a.example.org", "https://a.example.org:8443/", "Open https://a.example.org in"),
        ("http://localhost:8000", "http://127.0.0.1:8000/", "Open http://localhost:8000 in"),
        ("http://localhost:8000", "http://localhost:5000/", "to http://localhost:5000 and"),
        ("https://a.example.org", "http://a.example.org/", "MAILBOXADMIN_TRUSTED_PROXIES to 1"),
    ],
)
def test_another_address_in_the_browser_is_told_with_the_way_out(base_url, browser_url, remedy):
    [fault] = redirect_faults(OUTLOOK, base_url, browser_url)

    assert not fault.refused
    assert base_url in fault.wrong and browser_url.rstrip("/") in fault.wrong
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("base_url", "browser_url"),
    [
        ("https://a.example.org", "https://A.example.org:443/settings/oauth"),
        ("http://localhost", "http://localhost:80/"),
        ("https://[2001:db8::5]:8443", "https://[2001:db8::5]:8443/"),
    ],
)
def test_the_same_address_is_the_same_however_it_is_written(base_url, browser_url):
    faults = redirect_faults(OUTLOOK, base_url, browser_url)

    assert all("This page came from" not in fault.wrong for fault in faults)


def test_what_is_refused_comes_before_what_works_for_some():
    faults = redirect_faults(OUTLOOK, "http://192.168.1.5", "http://nas/")

    assert [fault.refused for fault in faults] == [True, False, False]


def test_the_way_to_https_names_the_address_to_set():
    [fault] = redirect_faults(GMAIL, "http://mail.example.org:8000", "http://mail.example.org:8000")

    assert "MAILBOXADMIN_BASE_URL to https://mail.example.org, and start" in fault.remedy
