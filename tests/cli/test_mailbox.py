"""`mailboxadmin mailbox`, on a real server where one is needed."""

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.domain.people import Role
from mailboxadmin.domain.settings import PERSONAL_KEYS
from mailboxadmin.services.mailboxes.configure import read_config
from mailboxadmin.services.staff.people import add_person
from tests.support import mails
from tests.support.configuring import save

KEYS = {"mailbox", "state", "finding", "last_success_at", "next_attempt_at", "messages"}
FINGERPRINT = ":".join(["AB"] * 32)


def at(server):
    return ("--host", server.host, "--port", str(server.port), "--encryption", "none")


def test_a_mailbox_is_configured_at_once(run, office, dovecot):
    ann = dovecot.user()
    person = office.person(ann.name)

    done = run(
        "mailbox", "set", ann.name, *at(dovecot), "--password-stdin", stdin=ann.password + "\n"
    )

    assert done.status == 0
    assert ann.password not in done.out + done.err
    config = read_config(office.deps, person.mailbox_id)
    assert config.configured
    assert config.own["imap_port"] == str(dovecot.port)


def test_what_is_not_given_stays_and_what_is_inherited_goes(run, office):
    anna = office.person("anna@example.org")
    run("mailbox", "set", "anna@example.org", "--host", "a.example.org", "--username", "anna")
    run("mailbox", "set", "anna@example.org", "--folder", "INBOX", "--folder", "Archive/2024")

    before = read_config(office.deps, anna.mailbox_id)
    run("mailbox", "set", "anna@example.org", "--inherit", "folders", "--inherit", "imap_host")
    after = read_config(office.deps, anna.mailbox_id)

    assert before.own == {"imap_host": "a.example.org", "folders": "INBOX\nArchive/2024"}
    assert (after.own, after.username) == ({}, "anna")


def test_every_personal_setting_can_be_inherited_again(run, office):
    anna = office.person("anna@example.org")
    chosen = {"fetch_only_unread": "no", "sync_since_days": "30", "trash_folder": "Bin"}
    save(office, anna, set_by="operator", test=False, **chosen)

    before = read_config(office.deps, anna.mailbox_id).own
    run("mailbox", "set", anna.email, *(f"--inherit={key}" for key in PERSONAL_KEYS))

    assert before == chosen
    assert read_config(office.deps, anna.mailbox_id).own == {}


def test_without_a_password_it_says_that_nothing_is_synced(run, office):
    office.person("anna@example.org")

    done = run("mailbox", "set", "anna@example.org", "--host", "imap.example.org")

    assert done.status == 0
    assert "No password" in done.complaint


def test_without_encryption_it_warns(run, office, dovecot):
    ann = dovecot.user()
    office.person(ann.name)

    done = run("mailbox", "set", ann.name, *at(dovecot), "--password-stdin", stdin=ann.password)

    assert done.status == 0
    assert done.complaint.startswith("Without encryption, passwords and mail can be read")


def test_with_check_a_red_ladder_saves_nothing(run, office, dovecot):
    ann = dovecot.user()
    person = office.person(ann.name)

    done = run(
        "mailbox", "set", ann.name, *at(dovecot), "--password-stdin", "--check", stdin="wrong one"
    )

    assert done.status == 1
    assert "auth.bad_credentials" in done.complaint
    assert not read_config(office.deps, person.mailbox_id).has_password


def test_with_check_a_green_ladder_saves(run, office, dovecot):
    ann = dovecot.user()
    person = office.person(ann.name)

    done = run(
        "mailbox", "set", ann.name, *at(dovecot), "--password-stdin", "--check", stdin=ann.password
    )

    assert done.status == 0
    assert read_config(office.deps, person.mailbox_id).configured


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--port", "99999", "imap_port"),
        ("--host", "https://mail.example.org", "imap_host"),
        ("--host", "mail example", "imap_host"),
        ("--host", "mail\r\nLOGOUT", "imap_host"),
        ("--encryption", "rot13", "imap_encryption"),
        ("--folder", "a\x01b", "folders"),
        ("--folder", "A\nB", "folders"),
        ("--folder", "A\u2028B", "folders"),
        ("--folder", "", "folders"),
    ],
)
def test_what_cannot_be_saved_names_its_field(run, office, option, value, word):
    anna = office.person("anna@example.org")

    done = run("mailbox", "set", "anna@example.org", option, value)

    assert done.status == 2
    assert word in done.complaint
    assert read_config(office.deps, anna.mailbox_id).own == {}


def test_an_admin_without_a_mailbox_gets_one(run, office):
    office.admin("grace@example.org")

    done = run("mailbox", "set", "grace@example.org", "--host", "imap.example.org")

    assert done.status == 0
    assert [line["mailbox"] for line in run("mailbox", "list", "--json").objects] == [
        "grace@example.org"
    ]


def test_the_list_is_in_the_order_of_what_it_shows(run, office):
    for name, email in (("Zoe", "a@example.org"), ("Adam", "c@example.org"), ("", "b@example.org")):
        add_person(office.deps, email=email, name=name, role=Role.STAFF, actor=COMMAND_LINE)

    lines = run("mailbox", "list").out.splitlines()[1:]

    assert [line.split()[0] for line in lines] == [
        "a@example.org",
        "b@example.org",
        "c@example.org",
    ]


def test_the_list_has_the_promised_keys_and_new_ones_too(run, office, dovecot):
    office.person("anna@example.org")
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, mails.message(1))
    run("sync", box.account.name)

    listed = {line["mailbox"]: line for line in run("mailbox", "list", "--json").objects}

    assert all(set(line) == KEYS for line in listed.values())
    assert listed["anna@example.org"] == {
        "mailbox": "anna@example.org",
        "state": "new",
        "finding": None,
        "last_success_at": None,
        "next_attempt_at": None,
        "messages": 0,
    }
    assert listed[box.account.name]["state"] == "ok"
    assert listed[box.account.name]["messages"] == 1
    assert listed[box.account.name]["last_success_at"] == "2026-03-02T09:00:00Z"


def test_pause_and_resume(run, office, dovecot):
    box = office.mailbox(server=dovecot)
    run("sync", box.account.name)

    paused = run("mailbox", "pause", box.account.name)
    [while_paused] = run("mailbox", "list", "--json").objects
    run("mailbox", "resume", box.account.name)
    [after] = run("mailbox", "list", "--json").objects

    assert paused.status == 0
    assert (while_paused["state"], after["state"]) == ("paused", "ok")


@pytest.fixture
def secure(run, office, dovecot):
    """A mailbox on a server that speaks TLS, with a certificate that nobody vouches for."""
    office.person("anna@example.org")
    where = ("--host", dovecot.host, "--port", str(dovecot.ssl_port), "--encryption", "ssl")
    run("mailbox", "set", "anna@example.org", *where, "--password-stdin", stdin="secret")
    return dovecot


def test_trusting_a_certificate_is_logged(run, secure):
    done = run(
        "mailbox", "trust", "anna@example.org", "--fingerprint", secure.certificate.fingerprint
    )
    wrong = run("mailbox", "trust", "anna@example.org", "--fingerprint", "abc")

    assert (done.status, wrong.status) == (0, 2)
    assert (done.out, done.err) == (f"The certificate is trusted for {secure.host}.\n", "")
    [entry] = run("activity", "--code", "certificate", "--json").objects
    assert entry["detail"]["host"] == secure.host and entry["detail"]["names"]


def test_a_fingerprint_that_the_server_does_not_show_is_pinned_and_that_is_said(run, secure):
    done = run("mailbox", "trust", "anna@example.org", "--fingerprint", FINGERPRINT)
    [checked] = run("check", "anna@example.org", "--json").objects

    assert done.status == 0
    assert "shows another certificate now" in done.complaint
    assert secure.certificate.fingerprint in done.complaint
    assert "mailbox untrust anna@example.org" in done.complaint
    assert "another certificate than the one that is trusted" in checked["finding"]["summary"]
    told = checked["steps"][-1]["detail"]
    assert secure.certificate.fingerprint in told and "pinned is abab" in told


def test_what_cannot_be_compared_is_said(run, office):
    office.person("anna@example.org")
    run("mailbox", "set", "anna@example.org", "--host", "127.0.0.1", "--port", "9")

    done = run("mailbox", "trust", "anna@example.org", "--fingerprint", FINGERPRINT)

    assert (done.status, done.err) == (0, "")
    assert "could not be compared" in done.out


def test_a_certificate_is_trusted_no_more(run, secure):
    run("mailbox", "trust", "anna@example.org", "--fingerprint", secure.certificate.fingerprint)
    run("mailbox", "trust", "anna@example.org", "--fingerprint", FINGERPRINT)

    one = run("mailbox", "untrust", "anna@example.org", "--fingerprint", FINGERPRINT)
    rest = run("mailbox", "untrust", "anna@example.org")
    nothing = run("mailbox", "untrust", "anna@example.org")

    assert "another pinned one still is" in one.out
    assert "the usual authorities decide again" in rest.out
    assert nothing.status == 2 and "No certificate is pinned" in nothing.complaint
    assert len(run("activity", "--code", "certificate.untrusted", "--json").objects) == 2
