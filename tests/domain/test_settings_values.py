"""Settings as people type them: what is read, and what is refused with a sentence."""

import pytest

from mailboxadmin.domain.entered import read_folder, read_host
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.settings import SETTINGS, Kind, Value

NUMBERS = [setting for setting in SETTINGS.values() if setting.kind is Kind.INTEGER]


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))
def test_a_default_reads_as_itself_and_an_empty_text_as_not_set(setting):
    text = setting.format(setting.default)

    assert setting.parse("  ") is None
    assert setting.parse(text) == (setting.default if text else None)


@pytest.mark.parametrize("setting", NUMBERS, ids=[setting.key for setting in NUMBERS])
def test_a_number_is_held_to_its_limits(setting):
    assert setting.parse(str(setting.minimum)) == setting.minimum
    assert setting.parse(str(setting.maximum)) == setting.maximum
    for text in (setting.minimum - 1, setting.maximum + 1, "1.5", "ten", "٣", "1e3"):
        with pytest.raises(InvalidInput) as refused:
            setting.parse(str(text))
        assert refused.value.field == setting.key
        assert str(setting.maximum) in refused.value.sentence


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Mail.Example.ORG.", "mail.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.168.1.5", "192.168.1.5"),
        ("[::1]", "::1"),
        ("localhost", "localhost"),
    ],
)
def test_a_host_is_read(text: str, host: str):
    assert read_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "imap://mail.example.org",
        "mail.example.org:993",
        "mail.example.org/inbox",
        "ann@example.org",
        "mail example.org",
        "mail.example.org\r\nA1 LOGOUT",
        "-mail.example.org",
        "a" * 64 + ".example.org",
        "..",
    ],
)
def test_what_is_no_host_is_refused(text: str):
    with pytest.raises(ValueError, match=r"\."):
        read_host(text)


YES_OR_NO = [setting for setting in SETTINGS.values() if setting.kind is Kind.YES_NO]


@pytest.mark.parametrize("setting", YES_OR_NO, ids=[setting.key for setting in YES_OR_NO])
def test_yes_and_no_are_read_in_any_case_and_nothing_else_is(setting):
    assert (setting.parse("yes"), setting.parse(" No ")) == (True, False)
    assert (setting.format(True), setting.format(False)) == ("yes", "no")
    for text in ("true", "1", "0", "y", "on"):
        with pytest.raises(InvalidInput, match="Choose one of: yes, no"):
            setting.parse(text)


def test_the_folder_for_a_use_is_one_name():
    setting = SETTINGS["sent_folder"]

    assert setting.parse(" Gesendete Objekte ") == "Gesendete Objekte"
    for text in ("Sent\nDrafts", "Sent\x00", "x" * 256):
        with pytest.raises(InvalidInput):
            setting.parse(text)


def test_folders_are_read_a_line_each_and_each_once():
    value: Value = SETTINGS["folders"].parse("inbox\n\n Sent \nEntwürfe/Größe\nINBOX\n")

    assert value == ("INBOX", "Sent", "Entwürfe/Größe")


@pytest.mark.parametrize("text", ["", "a\x00b", "a\rb", "x" * 256])
def test_what_is_no_folder_is_refused(text: str):
    with pytest.raises(ValueError, match="folder"):
        read_folder(text)


def test_hosts_of_the_office_are_read_with_ports_and_networks():
    setting = SETTINGS["allowed_internal_hosts"]

    assert setting.parse("Mail.Example.Org:143, 10.0.0.0/8\n192.168.1.7") == (
        "mail.example.org:143",
        "10.0.0.0/8",
        "192.168.1.7",
    )
    for text in ("10.0.0.0/33", "mail.example.org:0", "mail.example.org:imap"):
        with pytest.raises(InvalidInput):
            setting.parse(text)
