"""`mailboxadmin backup` and `restore`."""

import errno
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.people import Role
from mailboxadmin.services.machine.file_lock import use_instance
from mailboxadmin.services.staff.invitations import InvitationEnded, add_and_invite, open_invitation
from mailboxadmin.services.staff.setup import new_setup_code, set_up
from mailboxadmin.services.work.runs import begin_run
from mailboxadmin.store.tables import LeaseRow
from tests.cli.conftest import store_messages
from tests.support.full_disk import leave_free
from tests.support.office import DESK, PASSWORD


@pytest.fixture
def here(cli, office, monkeypatch):
    """Run a command as the machine's operator does, with the office closed."""
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(office.deps.instance))

    def run(*arguments, stdin=None):
        office.deps.store.engine.dispose()
        return cli(*arguments, stdin=stdin)

    return run


@pytest.fixture
def file(tmp_path):
    return tmp_path / "office.backup"


def people(here):
    return [line["email"] for line in here("staff", "list", "--json").objects]


def test_a_backup_brings_back_what_there_was(here, office, file):
    anna = office.person("anna@example.org")
    raws = store_messages(office, anna.mailbox_id, 3)
    made = here("backup", str(file))
    office.person("ben@example.org")

    done = here("restore", str(file))

    assert (made.status, done.status) == (0, 0)
    assert people(here) == ["anna@example.org"]
    assert len(here("messages", "anna@example.org", "--json").objects) == len(raws)
    codes = [line["code"] for line in here("activity", "--code", "backup", "--json").objects]
    assert codes == ["backup.restored"]


def test_both_say_that_the_key_file_is_apart(here, file):
    made, done = here("backup", str(file)), here("restore", str(file))

    for said in (made.complaint, done.complaint):
        assert "secret.key" in said
        assert "every secret must be entered again" in said


def test_a_backup_is_private_one_file_and_without_secrets_in_clear(here, office, file):
    anna = office.person("anna@example.org")
    here(
        "mailbox",
        "set",
        anna.email,
        "--host",
        "h.example.org",
        "--password-stdin",
        stdin="hunter22",
    )

    here("backup", str(file))

    content = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"hunter22" not in content and PASSWORD.encode() not in content
    assert (office.deps.instance / "secret.key").read_bytes().strip() not in content
    assert [each.name for each in file.parent.iterdir() if each.name != "instance"] == [file.name]
    with sqlite3.connect(file) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_backup_replaces_the_one_of_yesterday(here, office, file):
    here("backup", str(file))
    office.person("anna@example.org")
    here("backup", str(file))
    office.person("ben@example.org")

    here("restore", str(file))

    assert people(here) == ["anna@example.org"]


def test_the_database_before_is_kept(here, office, file):
    here("backup", str(file))
    office.person("anna@example.org")

    done = here("restore", str(file))

    [kept] = office.deps.instance.glob("mailboxadmin-before-*.db")
    assert str(kept) in done.out
    with sqlite3.connect(kept) as before:
        assert before.execute("SELECT email FROM staff").fetchall() == [("anna@example.org",)]


def test_an_unwise_restore_is_undone_with_what_was_kept(here, office, file):
    here("backup", str(file))
    office.person("anna@example.org")
    here("restore", str(file))
    gone = people(here)
    [kept] = office.deps.instance.glob("mailboxadmin-before-*.db")

    done = here("restore", str(kept))

    assert gone == []
    assert done.status == 0, done.err
    assert people(here) == ["anna@example.org"]


def test_a_restore_ends_leases_and_sign_ins(here, office, file, dovecot, monkeypatch):
    # A killed run looks after its lease no more; here it would open the database before.
    monkeypatch.setattr("mailboxadmin.services.work.keeper.LOOK_EVERY_S", 3600)
    box = office.mailbox(server=dovecot)
    begin_run(office.deps, box.id, actor="killed since")
    here("backup", str(file))

    here("restore", str(file))

    with office.deps.store.read() as db:
        assert db.query(LeaseRow).count() == 0
    [line] = here("sync", box.account.name, "--json").objects
    assert line["outcome"] == "ok"


def test_a_restore_revives_no_invitation_and_no_set_up_code(here, office, file):
    code = new_setup_code(office.deps)
    _, link = add_and_invite(
        office.deps, email="anna@example.org", name="Anna", role=Role.STAFF, actor="test"
    )
    here("backup", str(file))

    done = here("restore", str(file))

    assert "links and set-up codes" in done.out
    with pytest.raises(InvitationEnded):
        open_invitation(office.deps, link.rpartition("/")[2])
    with pytest.raises(InvalidInput, match="code"):
        set_up(
            office.deps, code=code, email="m@example.org", name="", password=PASSWORD, browser=DESK
        )


def test_a_restore_that_breaks_off_leaves_the_database_that_was_there(
    here, office, file, monkeypatch
):
    here("backup", str(file))
    office.person("anna@example.org")

    def killed(_part, _target):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as now:
        now.setattr(Path, "replace", killed)
        broken = here("restore", str(file))

    assert broken.status == 1
    assert people(here) == ["anna@example.org"]


#: Adds somebody and is killed before it went from the log of the database into its file.
KILLED = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE staff SET name = 'Changed'")
db.commit()
os._exit(9)
"""


def test_what_a_killed_process_left_in_the_log_is_kept_and_not_mixed_in(here, office, file):
    office.person("anna@example.org")
    here("backup", str(file))
    database = office.deps.instance / "mailboxadmin.db"
    subprocess.run([sys.executable, "-c", KILLED, str(database)], timeout=60)
    assert database.with_name("mailboxadmin.db-wal").stat().st_size

    here("restore", str(file))

    [kept] = office.deps.instance.glob("mailboxadmin-before-*.db")
    with closing(sqlite3.connect(kept)) as before:
        assert before.execute("SELECT name FROM staff").fetchall() == [("Changed",)]
    assert [each["name"] for each in here("staff", "list", "--json").objects] == ["Anna"]


def test_a_restore_is_refused_while_a_server_runs(here, office, file):
    here("backup", str(file))
    office.person("anna@example.org")
    server = use_instance(office.deps.instance)

    refused = here("restore", str(file))
    server.release()

    assert refused.status == 1
    assert "stop the server" in refused.complaint
    assert people(here) == ["anna@example.org"]


def test_a_damaged_database_is_put_aside(here, office, file):
    office.person("anna@example.org")
    here("backup", str(file))
    database = office.deps.instance / "mailboxadmin.db"
    database.write_bytes(b"rubbish" * 1000)
    broken = here("staff", "list")

    done = here("restore", str(file))

    assert broken.status == 1
    assert len(broken.err.splitlines()) == 1
    assert done.status == 0
    assert people(here) == ["anna@example.org"]


def _not_a_database(file):
    file.write_bytes(b"This is a letter.")


def _another_database(file):
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE cookies (id)")


def _newer(file):
    with sqlite3.connect(file) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")


def _with_a_trigger(file):
    with sqlite3.connect(file) as copy:
        copy.execute(
            "CREATE TRIGGER promote AFTER INSERT ON activity BEGIN "
            "UPDATE staff SET role = 'admin'; END"
        )


def _cut_off(file):
    file.write_bytes(file.read_bytes()[:20000])


def _gone(file):
    file.unlink()


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (_not_a_database, "not a backup of Mailbox Admin"),
        (_another_database, "not a backup of Mailbox Admin"),
        (_newer, "newer version"),
        (_with_a_trigger, "the trigger promote in it is not as Mailbox Admin makes it"),
        (_cut_off, "cannot be restored"),
        (_gone, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_restored_changes_nothing(here, office, file, spoil, word):
    office.person("anna@example.org")
    here("backup", str(file))
    if spoil is _another_database:
        file.unlink()
    spoil(file)

    refused = here("restore", str(file))

    assert refused.status == 2
    assert word in refused.complaint
    assert people(here) == ["anna@example.org"]
    assert list(office.deps.instance.glob("*-before-*")) == []


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_too_little_room_is_said_before_anything_is_written(
    here, office, file, monkeypatch, command
):
    here("backup", str(file))
    office.person("anna@example.org")
    before = file.read_bytes()
    leave_free(monkeypatch, 1_000_000)

    refused = here(command, str(file))

    assert refused.status == 1
    assert "too little room" in refused.complaint
    assert file.read_bytes() == before
    assert people(here) == ["anna@example.org"]


@pytest.mark.parametrize("target", ["", "nowhere/office.backup"])
def test_a_backup_that_cannot_be_written_says_so(here, tmp_path, target):
    done = here("backup", str(tmp_path / target))

    assert done.status in (1, 2)
    assert done.complaint


@pytest.mark.parametrize(
    "target",
    [
        "instance/mailboxadmin.db",
        "instance/../instance/mailboxadmin.db",
        "instance/mailboxadmin.db-wal",
        "instance/secret.key",
        "instance/serve.lock",
        "instance/scheduler.lock",
        "link",
        "other/mailboxadmin.db",
        "letter",
        "cookies",
    ],
)
def test_a_backup_takes_the_place_of_nothing_but_a_backup(here, office, file, tmp_path, target):
    office.person("anna@example.org")
    (tmp_path / "link").symlink_to(tmp_path / "instance" / "mailboxadmin.db")
    shutil.copytree(tmp_path / "instance", tmp_path / "other")
    (tmp_path / "letter").write_text("Dear Anna")
    _another_database(tmp_path / "cookies")
    here("staff", "list")
    before = _bytes(tmp_path / target)

    done = here("backup", str(tmp_path / target))

    assert done.status == 2
    assert "name a new file" in done.complaint
    assert _bytes(tmp_path / target) == before
    assert people(here) == ["anna@example.org"]


def _bytes(file):
    return file.read_bytes() if file.exists() else None


def test_a_backup_is_written_into_an_empty_file(here, file):
    file.touch()

    here("backup", str(file))

    assert here("restore", str(file)).status == 0


def test_an_instance_with_keys_in_the_environment_takes_a_backup_into_its_folder(
    here, office, monkeypatch
):
    monkeypatch.setenv("MAILBOXADMIN_SECRET_KEYS", Fernet.generate_key().decode())
    (office.deps.instance / "secret.key").unlink()

    made = here("backup", str(office.deps.instance / "office.backup"))

    assert "MAILBOXADMIN_SECRET_KEYS apart" in made.complaint
    assert here("staff", "list").status == 0


def test_a_backup_is_consistent_while_others_write(here, office, file):
    anna = office.person("anna@example.org")
    writing = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)\n"
        "print('ready', flush=True)\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    db.execute('BEGIN IMMEDIATE')\n"
        "    db.execute('UPDATE staff SET name = ?', (f'v{n}',))\n"
        "    db.execute('INSERT OR REPLACE INTO settings VALUES (?, ?)', ('x', f'v{n}'))\n"
        "    db.execute('COMMIT')\n"
    )
    store_messages(office, anna.mailbox_id, 200)
    database = str(office.deps.instance / "mailboxadmin.db")
    writer = subprocess.Popen([sys.executable, "-c", writing, database], stdout=subprocess.PIPE)
    assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"

    made = here("backup", str(file))
    writer.kill()
    writer.communicate()

    assert made.status == 0
    with sqlite3.connect(file) as copy:
        [[name]] = copy.execute("SELECT name FROM staff").fetchall()
        settings = copy.execute("SELECT value FROM settings").fetchall()
    assert settings in ([], [(name,)])
    assert name.startswith("v") is bool(settings)
