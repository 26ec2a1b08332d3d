"""`mailboxadmin erase`: shows what would go, and has it go only with --yes."""

import pytest

from mailboxadmin.services.machine.file_lock import InUse, use_instance
from mailboxadmin.services.staff import erasing
from mailboxadmin.store import overwriting
from mailboxadmin.store.overwriting import write_anew
from tests.cli.conftest import store_messages


@pytest.fixture
def anna(office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 3)
    return anna


@pytest.fixture
def here(cli, office, monkeypatch):
    """Run a command as the machine's operator does, with the office closed."""
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(office.deps.instance))
    office.deps.store.engine.dispose()
    return cli


@pytest.fixture
def hurried(monkeypatch):
    """Nobody has a moment to wait while the file is written anew."""
    monkeypatch.setattr(overwriting, "LOOK_EVERY", 1)
    monkeypatch.setattr(erasing, "OTHERS_WAIT_S", -1.0)


def listed(run) -> int:
    return len(run("messages", "anna@example.org", "--json").objects)


def test_without_yes_it_says_what_would_go_and_changes_nothing(run, anna):
    done = run("erase", "Anna@example.org")

    assert done.status == 2
    assert "3 messages in 1 folder, 0.0 MB" in done.out
    assert "Nothing was erased" in done.complaint
    assert listed(run) == 3


def test_with_yes_it_goes_and_one_entry_stays(run, anna):
    done = run("erase", "anna@example.org", "--yes")

    assert (done.status, done.err) == (0, "")
    assert "anna@example.org is erased: 3 messages" in done.out
    entries = run("activity", "--mailbox", "anna@example.org", "--json").objects
    assert [(entry["code"], entry["actor"]) for entry in entries] == [
        ("mailbox.erased", "command line")
    ]
    assert listed(run) == 0


def test_who_has_no_mailbox_is_said(run):
    done = run("erase", "nobody@example.org", "--yes")

    assert done.status == 2
    assert "no mailbox of nobody@example.org" in done.complaint


def test_a_backup_in_the_instance_folder_is_named_and_stays(run, office, anna):
    file = office.deps.instance / "monday.db"
    run("backup", str(file))

    shown, done = run("erase", "anna@example.org"), run("erase", "anna@example.org", "--yes")

    for said in (shown, done):
        assert f"Not touched, and it holds some of it: {file}" in said.out
    assert file.exists()


def test_alone_it_takes_its_time(here, anna, hurried):
    done = here("erase", "anna@example.org", "--yes")

    assert (done.status, done.err) == (0, "")


def test_beside_a_server_it_says_what_is_left_to_do(here, office, anna, hurried):
    server = use_instance(office.deps.instance)

    done = here("erase", "anna@example.org", "--yes")
    server.release()

    assert done.status == 1
    assert "stop the server and run `mailboxadmin erase anna@example.org --yes`" in done.complaint
    assert listed(here) == 0


def test_nobody_begins_meanwhile(here, office, anna, monkeypatch):
    refused = []

    def look(*arguments, **options):
        with pytest.raises(InUse) as fault:
            use_instance(office.deps.instance)
        refused.append(str(fault.value))
        return write_anew(*arguments, **options)

    monkeypatch.setattr(overwriting, "write_anew", look)

    done = here("erase", "anna@example.org", "--yes")

    assert done.status == 0
    assert "or a mailbox erased" in refused[0]
    use_instance(office.deps.instance).release()
