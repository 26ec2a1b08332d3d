"""What an admin copies from Google Cloud and Entra: what is read, and what cannot work."""

import pytest

from mailboxadmin.domain.app_entered import odd_client_id
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.settings import SETTINGS, Group

GUID = "11111111-2222-3333-4444-555555abcdef"
GOOGLE = "1234-abcd.apps.googleusercontent.com"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("gmail_client_id", f" {GOOGLE}\r\n", GOOGLE),
        ("gmail_client_secret", "GOCSPX-abc_DEF", "GOCSPX-abc_DEF"),
        ("outlook_client_id", GUID.upper(), GUID),
        ("outlook_client_secret", " abc8Q~.~-d\n", "abc8Q~.~-d"),
        ("outlook_tenant_id", GUID.upper(), GUID),
        ("outlook_tenant_id", "Example.OnMicrosoft.com", "example.onmicrosoft.com"),
        ("outlook_tenant_id", "Common", "common"),
        ("outlook_tenant_id", "consumers", "consumers"),
        ("outlook_secret_expires_on", "2028-02-29", "2028-02-29"),
    ],
)
def test_what_is_copied_is_read(key: str, text: str, value: str):
    assert SETTINGS[key].parse(text) == value


@pytest.mark.parametrize(
    ("key", "text", "part"),
    [
        ("gmail_client_id", "1234 abcd", "no spaces"),
        ("gmail_client_id", "1234\u200babcd", "accented letters"),
        ("gmail_client_id", "GOCSPX-abc", "This is the client secret"),
        ("gmail_client_id", "grace@example.org", "An address is no client ID"),
        ("gmail_client_id", "x" * 501, "At most 500 characters"),
        ("gmail_client_secret", GOOGLE, "This is the client ID"),
        ("gmail_client_secret", "a\nb", "line breaks"),
        ("outlook_client_id", GOOGLE, "Application (client) ID"),
        ("outlook_client_secret", GUID.upper(), "This is the Secret ID"),
        ("outlook_client_secret", "a b", "no spaces"),
        ("outlook_tenant_id", "an example", "common, organizations, consumers"),
        ("outlook_tenant_id", "https://login.microsoftonline.com/x", "a domain such as"),
        ("outlook_tenant_id", "common/../evil", "a domain such as"),
        ("outlook_tenant_id", "-a.example.org", "a domain such as"),
        ("outlook_secret_expires_on", "31.03.2027", "as 2027-03-31"),
        ("outlook_secret_expires_on", "2027-02-29", "day of the calendar"),
        ("outlook_secret_expires_on", "20270331", "as 2027-03-31"),
    ],
)
def test_what_cannot_work_is_refused_with_one_sentence_that_does_not_repeat_it(key, text, part):
    with pytest.raises(InvalidInput) as refused:
        SETTINGS[key].parse(text)

    assert part in refused.value.sentence
    assert text not in refused.value.sentence or key == "outlook_tenant_id"


def test_what_only_looks_odd_is_told_and_kept():
    assert odd_client_id(AppKey.GMAIL, GOOGLE) == ""
    assert "end in .apps.googleusercontent.com" in odd_client_id(AppKey.GMAIL, "demo-client")
    assert odd_client_id(AppKey.GMAIL, "") == odd_client_id(AppKey.OUTLOOK, GUID) == ""
    assert "look like 11111111" in odd_client_id(AppKey.OUTLOOK, GUID[:-1])
    assert SETTINGS["outlook_client_id"].parse("demo-client") == "demo-client"
    assert SETTINGS["gmail_client_id"].parse("demo-client") == "demo-client"


def test_an_app_of_the_office_is_nobodys_own():
    apps = [setting for setting in SETTINGS.values() if setting.group is Group.OAUTH]

    assert all(setting.app and setting.key.startswith(f"{setting.app}_") for setting in apps)
    assert not any(setting.personal for setting in apps)
