"""The office's settings: limits, defaults, the entry in the log, and passwords that would move."""

import pytest

from mailboxadmin.domain.errors import InvalidInputs
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.settings import SETTINGS, Kind, Setting
from mailboxadmin.services.office.settings import (
    change_settings,
    office_values,
    passwords_to_move,
    read_settings,
)
from tests.support.configuring import ADMIN, bound_to, row_of, save
from tests.support.log import logged
from tests.support.office import Office

NUMBERS = [each for each in SETTINGS.values() if each.kind is Kind.INTEGER]
OLD = "mail.example.org:993/ssl"


def held(office: Office, key: str) -> object:
    with office.deps.store.read() as db:
        return office_values(db)[key]


def faults_of(office: Office, **texts: str) -> dict[str, str]:
    with pytest.raises(InvalidInputs) as refused:
        change_settings(office.deps, texts, actor=ADMIN)
    return {fault.field: fault.sentence for fault in refused.value.faults}


@pytest.fixture
def anna(office: Office) -> Person:
    """A mailbox whose password was entered for the office's server, which it inherits."""
    person = office.person("anna@example.org")
    change_settings(office.deps, {"imap_host": "mail.example.org"}, actor=ADMIN)
    save(office, person, password="secret", set_by="operator", test=False)
    return person


#: In words of their own.
LIMITS = {"auto_refresh_seconds": "Enter 0, or a whole number from 30 to 3600."}


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda each: each.key)
def test_a_number_is_taken_at_its_limits_and_refused_beyond_them(office: Office, setting: Setting):
    limits = LIMITS.get(
        setting.key, f"Enter a whole number from {setting.minimum} to {setting.maximum}."
    )

    for number in (setting.minimum, setting.maximum):
        change_settings(office.deps, {setting.key: str(number)}, actor=ADMIN)
        assert held(office, setting.key) == number

    for number in (setting.minimum - 1, setting.maximum + 1):
        assert faults_of(office, **{setting.key: str(number)}) == {setting.key: limits}
    assert held(office, setting.key) == setting.maximum


@pytest.mark.parametrize(
    ("key", "text", "part"),
    [
        ("imap_host", "https://mail.example.org", "without http://"),
        ("imap_host", "mail example.org", "no spaces"),
        ("imap_host", "mail.example.org\r\nx", "no spaces or line breaks"),
        ("imap_host", "mail.example.org:993", "port in its own field"),
        ("imap_encryption", "tls", "Choose one of: ssl, starttls, none"),
        ("imap_port", "99999", "from 1 to 65535"),
        ("imap_port", "143.0", "from 1 to 65535"),
        ("folders", "INBOX\nA\x07B", "control characters"),
        ("folders", "\n".join(f"F{n}" for n in range(201)), "At most 200 folders"),
        ("fetch_only_unread", "perhaps", "Choose one of: yes, no"),
        ("sync_read_status", "1", "Choose one of: yes, no"),
        ("spam_folder", "x" * 256, "at most 255 characters"),
        ("archive_folder", "A\x07B", "control characters"),
        ("help_contact", "x" * 201, "At most 200 characters"),
        ("allowed_internal_hosts", "192.168.1.0/33", "is no network"),
        ("allowed_internal_hosts", "nas:70000", "from 1 to 65535"),
        ("no_such_key", "1", "is not a setting"),
    ],
)
def test_bad_input_gets_one_clear_sentence(office: Office, key: str, text: str, part: str):
    assert part in faults_of(office, **{key: text})[key]


def test_every_setting_has_a_default_that_its_own_limits_accept(office: Office):
    for view in read_settings(office.deps):
        each = view.setting
        assert each.parse(each.format(each.default)) in (each.default, None)
        assert each.is_secret or held(office, each.key) == each.default


def test_one_fault_keeps_the_others_from_being_saved(office: Office):
    faults = faults_of(office, check_every_minutes="10", imap_port="0", parallel_syncs="65")

    assert set(faults) == {"imap_port", "parallel_syncs"}
    assert held(office, "check_every_minutes") == 5


def test_a_change_is_one_entry_with_before_and_after(office: Office):
    change_settings(
        office.deps,
        {"check_every_minutes": "10", "imap_host": "Mail.Example.org", "parallel_syncs": "8"},
        actor=ADMIN,
    )

    [entry] = logged(office, "settings.changed")
    assert entry.actor == ADMIN
    assert entry.detail["changes"] == {
        "check_every_minutes": {"before": "5", "after": "10"},
        "imap_host": {"before": "", "after": "mail.example.org"},
    }


def test_what_two_groups_call_alike_is_told_apart(office: Office):
    both = {"imap_encryption": "starttls", "smtp_encryption": "ssl"}

    change_settings(office.deps, both, actor=ADMIN)

    [entry] = logged(office, "settings.changed")
    assert entry.message == "Changed for the office: Encryption, Encryption (notifications)."


def test_yes_and_no_are_kept_and_told_as_words(office: Office):
    [change] = change_settings(office.deps, {"sync_read_status": "YES"}, actor=ADMIN)

    assert (change.before, change.after) == ("no", "yes")
    assert held(office, "sync_read_status") is True
    assert change_settings(office.deps, {"sync_read_status": "yes"}, actor=ADMIN) == ()


def test_naming_what_holds_already_changes_nothing(office: Office):
    assert change_settings(office.deps, {"check_every_minutes": "5"}, actor=ADMIN) == ()
    assert logged(office, "settings.changed") == []


def test_an_empty_text_goes_back_to_the_default(office: Office):
    change_settings(office.deps, {"check_every_minutes": "10"}, actor=ADMIN)

    [change] = change_settings(office.deps, {"check_every_minutes": ""}, actor=ADMIN)

    assert (change.before, change.after) == ("10", "5")
    assert held(office, "check_every_minutes") == 5


def test_a_password_follows_the_office_server_only_when_that_is_confirmed(
    office: Office, anna: Person
):
    new = {"imap_host": "new.example.org"}

    moved = passwords_to_move(office.deps, new)
    change_settings(office.deps, new, actor=ADMIN)

    assert moved.mailbox_ids == (anna.mailbox_id,)
    assert moved.where == "new.example.org port 993 (ssl)"
    assert bound_to(office, anna) == OLD


def test_a_confirmed_move_binds_the_password_to_the_new_server(office: Office, anna: Person):
    change_settings(
        office.deps,
        {"imap_encryption": "starttls"},
        actor=ADMIN,
        rebind_passwords=True,
    )

    assert bound_to(office, anna) == "mail.example.org:143/starttls"
    assert logged(office, "settings.changed")[-1].detail["sent_to_new_server"] is True
    assert row_of(office, anna).next_attempt_at == office.clock.now()


def test_a_password_for_a_server_of_its_own_never_moves(office: Office, anna: Person):
    save(office, anna, imap_host="mail.example.org", set_by="operator", test=False)

    change_settings(
        office.deps, {"imap_host": "new.example.org"}, actor=ADMIN, rebind_passwords=True
    )

    assert bound_to(office, anna) == OLD


def test_the_default_does_not_follow_a_provider_that_is_known_by_the_address(office: Office):
    bob = office.person("bob@gmail.com")
    save(office, bob, password="abcd efgh", set_by="operator", test=False)

    moved = passwords_to_move(office.deps, {"imap_host": "new.example.org"})

    assert moved.mailbox_ids == ()
