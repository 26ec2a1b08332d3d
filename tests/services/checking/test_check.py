"""Test connection: the ladder, rung by rung, on a real server and on broken ones."""

from datetime import timedelta

import pytest

from mailboxadmin.demo.ports import free_port
from mailboxadmin.domain.finding import Fixer, Phase
from mailboxadmin.domain.mailbox import Check, Encryption, Server, Step
from mailboxadmin.domain.people import Person
from mailboxadmin.services.checking import forecast
from mailboxadmin.services.checking.check import run_check
from mailboxadmin.services.folders.wanted import nearest
from mailboxadmin.services.sign_in.draft import Draft
from tests.support import mails
from tests.support.configuring import ADMIN, use_server
from tests.support.dovecot import Dovecot
from tests.support.log import logged
from tests.support.office import Box, Office

GREEN = ["dns", "tcp", "greeting", "auth", "folders"]


def check_of(office: Office, box: Box, draft: Draft | None = None) -> Check:
    return run_check(office.deps, box.id, draft, actor=ADMIN, set_by="admin")


def phases(check: Check) -> list[str]:
    return [step.phase.value for step in check.steps]


def test_a_working_mailbox_is_green_on_every_rung(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    seen: list[Step] = []

    check = run_check(office.deps, box.id, actor=ADMIN, on_step=seen.append)

    assert check.ok and check.finding is None
    assert phases(check) == GREEN
    assert tuple(seen) == check.steps
    assert check.as_json()["ok"] is True


@pytest.mark.parametrize(
    ("encryption", "expected"),
    [
        (Encryption.SSL, ["dns", "tcp", "tls", "greeting", "auth", "folders"]),
        (Encryption.STARTTLS, ["dns", "tcp", "greeting", "tls", "auth", "folders"]),
    ],
)
def test_the_rungs_follow_the_encryption(open_office, dovecot: Dovecot, encryption, expected):
    office = open_office(ca_file=str(dovecot.ca_file))
    port = dovecot.ssl_port if encryption is Encryption.SSL else dovecot.port
    where = Server(host=dovecot.host, port=port, encryption=encryption)

    check = check_of(office, office.mailbox_at(where, dovecot.user()))

    assert check.ok
    assert phases(check) == expected


def test_it_says_what_the_first_sync_would_bring(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, folders=("INBOX", "Sent"))
    letters = [mails.message(number) for number in range(12)]
    dovecot.deliver_many(box.account, letters[:8])
    dovecot.deliver_many(box.account, letters[8:], folder="Sent")

    first = check_of(office, box).first_sync

    assert first is not None
    assert first.messages == 12
    assert first.size_bytes == sum(len(letter) for letter in letters)
    assert first.free_bytes > 0 and first.fits


def test_what_is_entered_decides_what_the_first_sync_would_bring(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    month, minute = timedelta(days=30), timedelta(minutes=1)
    ages = (timedelta(0), month - minute, month + minute, 3 * month)
    letters = [mails.message(number) for number in range(len(ages))]
    for age, letter in zip(ages, letters, strict=True):
        at = office.clock.now() - age
        dovecot.deliver(box.account, letter, internal_date=at, seen=not age)

    def brought(**texts: str) -> list[int]:
        first = check_of(office, box, Draft(texts=texts)).first_sync
        assert first is not None
        return [first.messages, first.size_bytes]

    def told(some: list[bytes]) -> list[int]:
        return [len(some), sum(map(len, some))]

    assert brought() == told(letters)
    assert brought(sync_since_days="30") == told(letters[:2])
    assert brought(sync_since_days="30", fetch_only_unread="yes") == told(letters[1:2])
    assert brought(fetch_only_unread="yes") == told(letters[1:])
    assert brought(sync_since_days="36500") == told(letters)


def test_of_many_messages_the_size_is_estimated(office: Office, dovecot: Dovecot, monkeypatch):
    monkeypatch.setattr(forecast, "SAMPLE", 4)
    box = office.mailbox(server=dovecot)
    letter = mails.message(1)
    dovecot.deliver_many(box.account, [letter] * 10)

    first = check_of(office, box, Draft(texts={"fetch_only_unread": "yes"})).first_sync

    assert first is not None
    assert (first.messages, first.size_bytes) == (10, 10 * len(letter))


def test_a_server_that_cannot_add_up_is_asked_for_each_size(office, start_dovecot):
    plain = start_dovecot(capability="IMAP4rev1 UIDPLUS ID UNSELECT CHILDREN NAMESPACE LITERAL+")
    box = office.mailbox(server=plain)
    letters = [mails.message(number) for number in range(5)]
    plain.deliver_many(box.account, letters)

    first = check_of(office, box).first_sync

    assert first is not None
    assert first.size_bytes == sum(len(letter) for letter in letters)


def test_after_the_first_sync_nothing_is_counted_any_more(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    office.sync(box)

    assert check_of(office, box).first_sync is None


def test_a_check_changes_nothing_on_the_server(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, mails.message(1))
    before = dovecot.status(box.account)

    check_of(office, box)

    assert dovecot.status(box.account) == before
    assert dovecot.flags(box.account) == {1: frozenset()}


def test_a_wrong_password_is_a_red_sign_in(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, password="wrong")

    check = check_of(office, box)

    assert phases(check) == ["dns", "tcp", "greeting", "auth"]
    assert not check.steps[-1].ok
    assert check.finding is not None
    assert (check.finding.code, check.finding.fix_by) == ("auth.bad_credentials", Fixer.OWNER)


def test_a_missing_folder_is_red_and_names_the_nearest_one(office: Office, dovecot: Dovecot):
    box = office.mailbox(server=dovecot, folders=("INBOX", "Snet"))

    check = check_of(office, box)

    assert check.finding is not None and check.finding.code == "folder.not_found"
    assert check.steps[-1].phase is Phase.FOLDERS
    words, ours = check.steps[-1].detail.split(" · ")
    assert words.startswith("Mailbox doesn't exist: Snet")
    assert ours == "there is no “Snet”; the nearest name is “Sent”"
    assert "Sent" in check.folders


def test_a_named_special_folder_that_is_missing_is_said_and_stops_nothing(office, dovecot):
    box = office.mailbox(server=dovecot)

    check = check_of(office, box, Draft(texts={"sent_folder": "Snet", "trash_folder": "Trash"}))

    assert check.ok
    assert check.steps[-1].detail.endswith(
        "found; for sent mail, “Snet” is not on the server; the nearest name there is “Sent”"
    )


def test_a_port_that_nobody_listens_on_is_refused(office: Office):
    box = office.mailbox_at(Server(host="127.0.0.1", port=free_port(), encryption=Encryption.NONE))

    check = check_of(office, box)

    assert phases(check) == ["dns", "tcp"]
    assert check.finding is not None and check.finding.code == "tcp.refused"


def test_a_name_that_does_not_exist_is_unknown(open_office, dns_stub):
    office = open_office(nameservers=((dns_stub.address, dns_stub.port),))
    box = office.mailbox_at(Server(host="nowhere.example.org", port=993, encryption=Encryption.SSL))

    check = check_of(office, box)

    assert phases(check) == ["dns"]
    assert check.finding is not None and check.finding.code == "dns.host_not_found"


def test_a_certificate_that_is_not_trusted_is_red(office: Office, dovecot: Dovecot):
    where = Server(host=dovecot.host, port=dovecot.ssl_port, encryption=Encryption.SSL)
    box = office.mailbox_at(where, dovecot.user())

    check = check_of(office, box)

    assert check.finding is not None and check.finding.code == "tls.untrusted_certificate"


def test_a_fault_before_the_first_rung_has_no_ladder(office: Office):
    anna = office.person("anna@example.org")

    check = run_check(office.deps, anna.mailbox_id or 0, actor=ADMIN)

    assert check.steps == () and not check.ok


def test_a_draft_is_tried_without_being_saved(office: Office, dovecot: Dovecot):
    use_server(office, dovecot)
    account = dovecot.user()
    ann: Person = office.person(account.name)

    check = run_check(
        office.deps, ann.mailbox_id or 0, Draft(password=account.password), actor=ann.email
    )

    assert check.ok
    assert run_check(office.deps, ann.mailbox_id or 0, actor=ADMIN).finding is not None
    assert logged(office, "mailbox.configured") == []


def test_each_check_is_an_entry_and_a_red_one_of_what_is_saved_keeps_its_ladder(office, dovecot):
    box = office.mailbox(server=dovecot, password="wrong")

    check_of(office, box, Draft(password="also wrong"))
    assert office.row(box).ladder is None
    check_of(office, box)

    assert [step["phase"] for step in office.row(box).ladder or ()] == GREEN[:4]
    tried, saved = logged(office, "check.finished")
    assert (tried.detail["saved"], saved.detail["saved"]) == (False, True)
    assert saved.detail["code"] == "auth.bad_credentials"
    assert "also wrong" not in str(tried.detail)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("sent", "INBOX.Sent"), ("Arhive", "Archive"), ("Entwürfe", None)],
)
def test_the_nearest_name_is_the_one_that_was_meant(typed: str, meant: str | None):
    assert nearest(typed, ["INBOX", "INBOX.Sent", "Archive"]) == meant
