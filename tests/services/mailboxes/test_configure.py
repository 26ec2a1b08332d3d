"""Saving a mailbox's configuration: tried first, bound to its server, told to the log."""

import pytest

from mailboxadmin.domain.errors import InvalidInputs
from mailboxadmin.domain.people import Person
from mailboxadmin.domain.settings import PERSONAL_KEYS, SETTINGS
from mailboxadmin.services.checking.admit import NOT_ALLOWED
from mailboxadmin.services.mailboxes.configure import NotSaved, read_config
from mailboxadmin.services.office.settings import change_settings
from tests.support.configuring import ADMIN, bound_to, row_of, save, stored_password, use_server
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office


@pytest.fixture
def anna(office: Office) -> Person:
    return office.person("anna@example.org")


def faults_of(office: Office, mailbox: Person, **given: object) -> dict[str, str]:
    with pytest.raises(InvalidInputs) as refused:
        save(office, mailbox, **given)  # type: ignore[arg-type]
    return {fault.field: fault.sentence for fault in refused.value.faults}


def test_a_password_that_works_is_saved_and_synced_at_the_next_tick(office, dovecot: Dovecot):
    use_server(office, dovecot)
    account = dovecot.user()
    ann = office.person(account.name)

    check = save(office, ann, password=account.password)

    assert check is not None and check.ok
    assert bound_to(office, ann) == f"{dovecot.host}:{dovecot.port}/none"
    assert row_of(office, ann).next_attempt_at == office.clock.now()
    assert row_of(office, ann).state == "new"


def test_the_log_tells_what_changed_and_no_secret(office: Office, dovecot: Dovecot):
    use_server(office, dovecot)
    account = dovecot.user()
    ann = office.person(account.name)

    save(office, ann, password=account.password, check_every_minutes="10")
    save(office, ann, password=account.password)

    first, second = logged(office, "mailbox.configured")
    assert first.detail["changes"]["password"] == {"before": "", "after": "set"}
    assert first.detail["changes"]["check_every_minutes"] == {"before": "", "after": "10"}
    assert "untested" not in first.detail
    assert second.detail["changes"] == {"password": {"before": "set", "after": "changed"}}
    told = str([(row.message, row.detail) for row in logged(office, "check.finished")])
    assert account.password not in told + str([first.detail, second.detail])


@pytest.mark.parametrize(
    ("address", "typed", "sent"),
    [
        ("jonas@gmail.com", "abcd efgh ijkl mnop\n", "abcdefghijklmnop"),
        ("jonas@gmail.com", "correct horse battery", "correct horse battery"),
        ("jonas@example.org", "abcd efgh ijkl mnop", "abcd efgh ijkl mnop"),
    ],
)
def test_a_google_password_loses_its_spaces_on_whatever_server(
    office: Office, address: str, typed: str, sent: str
):
    jonas = office.person(address)

    save(
        office,
        jonas,
        imap_host="gateway.example.org",
        password=typed,
        set_by="operator",
        test=False,
    )

    assert stored_password(office, jonas) == sent


def test_a_password_that_is_refused_leaves_the_working_one(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    before = row_of(office, box.person).next_attempt_at

    with pytest.raises(NotSaved) as refused:
        save(office, box.person, password="wrong", set_by="admin")

    assert refused.value.check.finding is not None
    assert refused.value.check.finding.code == "auth.bad_credentials"
    assert office.sync(box).outcome == "ok"
    assert row_of(office, box.person).next_attempt_at != before
    assert len(logged(office, "mailbox.configured")) == 1


def test_saving_anyway_is_possible_and_logged(office: Office, dovecot: Dovecot):
    use_server(office, dovecot)
    ann = office.person(dovecot.user().name)

    save(office, ann, password="wrong", test=False)

    assert bound_to(office, ann) is not None
    [entry] = logged(office, "mailbox.configured")
    assert entry.detail["untested"] is True
    assert "without a test" in entry.message


def test_a_repaired_mailbox_forgets_its_failures(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    office.sync(box)
    dovecot.change_password(box.account, "new password")
    office.sync(box)
    assert office.row(box).state == "needs_action"

    save(office, box.person, password="new password", set_by="admin")

    row = office.row(box)
    assert (row.state, row.finding, row.failures, row.refusals) == ("ok", None, 0, 0)
    assert row.next_attempt_at == office.clock.now()


@pytest.fixture
def refused(office: Office, dovecot: Dovecot) -> Box:
    """A mailbox that worked, and whose password was refused until it is tried no more."""
    box = office.mailbox(server=dovecot)
    office.sync(box)
    dovecot.change_password(box.account, "new password")
    for _ in range(3):
        office.sync(box)
    assert (office.row(box).refusals, office.row(box).next_attempt_at) == (3, None)
    return box


def test_what_is_saved_untested_is_shown_as_broken_until_a_run_and_tried_anew(office, refused: Box):
    before = office.row(refused)

    save(office, refused.person, password="a guess", set_by="admin", test=False)

    row = office.row(refused)
    assert (row.state, row.finding, row.failures) == ("needs_action", before.finding, 3)
    assert (row.refusals, row.first_refused_at) == (0, None)
    assert row.next_attempt_at == office.clock.now()


def test_saving_what_was_there_begins_no_count_anew(office: Office, refused: Box):
    save(office, refused.person, set_by="admin", test=False)

    row = office.row(refused)
    assert (row.state, row.refusals) == ("needs_action", 3)
    assert row.next_attempt_at == office.clock.now()


def test_a_changed_server_asks_for_the_password_again(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)

    faults = faults_of(office, box.person, imap_host="localhost", set_by="admin")

    assert "enter the password again" in faults["password"]


def test_an_empty_password_keeps_the_stored_one(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)

    check = save(office, box.person, check_every_minutes="30", set_by="admin")

    assert check is not None and check.ok
    assert read_config(office.deps, box.id).own["check_every_minutes"] == "30"


def test_what_is_not_given_stays_and_an_empty_text_inherits(office: Office, anna: Person):
    save(office, anna, imap_host="a.example.org", imap_port="143", set_by="operator", test=False)

    save(office, anna, imap_port="", folders="INBOX\nSent", set_by="operator", test=False)

    own = read_config(office.deps, anna.mailbox_id or 0).own
    assert own == {"imap_host": "a.example.org", "folders": "INBOX\nSent"}


def test_all_faults_are_told_at_once_and_nothing_is_saved(office: Office, anna: Person):
    faults = faults_of(
        office,
        anna,
        imap_port="99999",
        folders="A\x01",
        sync_since_days="36501",
        fetch_only_unread="perhaps",
        username="a\r\nb",
        password="a\0b",
    )

    assert set(faults) == {
        "imap_port",
        "folders",
        "sync_since_days",
        "fetch_only_unread",
        "username",
        "password",
    }
    assert read_config(office.deps, anna.mailbox_id or 0).own == {}


@pytest.mark.parametrize("key", sorted(set(SETTINGS) - set(PERSONAL_KEYS)))
def test_an_office_setting_is_not_a_personal_one(office: Office, anna: Person, key: str):
    assert "whole office" in faults_of(office, anna, **{key: "1"})[key]


def test_an_owner_without_any_password_is_asked_for_one(office: Office, anna: Person):
    assert "Enter the password" in faults_of(office, anna, imap_host="imap.example.org")["password"]


def test_a_password_without_a_server_asks_for_the_server(office: Office, anna: Person):
    assert "none is known for example.org" in faults_of(office, anna, password="x")["imap_host"]


def test_an_admin_may_prepare_a_mailbox_without_its_password(office: Office, anna: Person):
    assert save(office, anna, imap_host="imap.example.org", set_by="admin") is None

    assert row_of(office, anna).next_attempt_at is None
    assert not read_config(office.deps, anna.mailbox_id or 0).configured


def test_a_paused_mailbox_stays_paused(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    with office.deps.store.write() as db:
        row = db.merge(office.row(box))
        row.state, row.next_attempt_at = "paused", None

    save(office, box.person, password=box.account.password, set_by="admin")

    assert (office.row(box).state, office.row(box).next_attempt_at) == ("paused", None)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("127.0.0.1", ""),
        ("::1", ""),
        ("localhost", ""),
        ("10.1.2.3", "143"),
        ("169.254.169.254", ""),
        ("8.8.8.8", "22"),
    ],
)
def test_staff_may_not_look_around_in_the_network(office: Office, anna: Person, host, port):
    faults = faults_of(office, anna, imap_host=host, imap_port=port, password="x", test=False)

    assert faults == {"imap_host": NOT_ALLOWED}


def test_staff_may_not_probe_the_ports_of_the_office_server(office: Office, dovecot: Dovecot):
    use_server(office, dovecot)
    account = dovecot.user()
    ann = office.person(account.name)

    faults = faults_of(office, ann, imap_port=str(dovecot.ssl_port), password=account.password)

    assert faults == {"imap_host": NOT_ALLOWED}


def test_staff_may_name_what_an_admin_allowed(office: Office, dovecot: Dovecot):
    change_settings(office.deps, {"allowed_internal_hosts": dovecot.host}, actor=ADMIN)
    account = dovecot.user()
    ann = office.person(account.name)
    where = {"imap_host": dovecot.host, "imap_port": str(dovecot.port), "imap_encryption": "none"}

    check = save(office, ann, password=account.password, **where)

    assert check is not None and check.ok
    assert row_of(office, ann).host_set_by == "staff"


def test_a_host_that_an_admin_set_stays_the_admins_word(office: Office, dovecot: Dovecot):
    box: Box = office.mailbox(server=dovecot)

    check = save(office, box.person, password=box.account.password, check_every_minutes="9")

    assert check is not None and check.ok
    assert row_of(office, box.person).host_set_by == "operator"
