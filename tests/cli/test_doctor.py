"""`mailboxadmin doctor`."""

import shutil
import sqlite3
import subprocess
import sys
from collections import namedtuple
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from mailboxadmin.services.trouble import doctor as module
from mailboxadmin.services.work.heartbeat import scheduler_started
from mailboxadmin.store.heartbeat import heartbeat_row
from tests.support.full_disk import no_file_grows

CODES = list(module.CHECKS)


@pytest.fixture
def answers(run):
    def ask():
        done = run("doctor", "--json")
        lines = {line["code"]: line for line in done.objects}
        assert done.status == (0 if all(line["ok"] for line in lines.values()) else 1)
        return lines

    return ask


@pytest.fixture
def ticking(office):
    scheduler_started(office.deps, waited=False, next_tick_at=office.clock.now())


def test_all_is_well(answers, ticking):
    lines = answers()

    assert list(lines) == CODES
    assert {"disk", "scheduler", "database", "key_file", "clock"} < set(CODES)
    assert all(line["ok"] and line["fix"] == "" for line in lines.values())
    assert list(lines["disk"]) == ["code", "ok", "summary", "fix"]


def test_a_scheduler_that_never_ran_or_stands_still(answers, office):
    never = answers()["scheduler"]
    scheduler_started(office.deps, waited=False, next_tick_at=office.clock.now())
    office.clock.advance(minutes=2)
    still = answers()["scheduler"]

    assert not never["ok"] and "never ran" in never["summary"]
    assert not still["ok"] and "stands still" in still["summary"]


def test_a_disk_without_room_is_named_before_what_it_keeps_from_working(answers, office):
    scheduler_started(office.deps, waited=False, next_tick_at=office.clock.now())
    office.clock.advance(minutes=2)

    with no_file_grows():
        lines = answers()

    folder, still = str(office.deps.instance), lines["scheduler"]
    broken = [code for code, line in lines.items() if not line["ok"]]
    assert broken == ["disk", "scheduler"]
    assert folder in lines["disk"]["summary"] and "old backups" in lines["disk"]["fix"]
    assert f"the disk that holds {folder} is full" in still["summary"]
    assert "stands still" not in still["summary"] and still["fix"].startswith("Make room")


def test_a_scheduler_that_was_killed_a_moment_ago(answers, ticking, office):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    with office.deps.store.write() as db:
        heartbeat_row(db).pid = ended.pid

    line = answers()["scheduler"]

    assert not line["ok"] and "has ended" in line["summary"]
    assert str(ended.pid) in line["summary"] and "mailboxadmin serve" in line["fix"]


def test_a_process_of_another_machine_is_taken_at_its_word(answers, ticking, office):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    with office.deps.store.write() as db:
        row = heartbeat_row(db)
        row.pid, row.host = ended.pid, "elsewhere"

    assert answers()["scheduler"]["ok"]


def test_a_key_that_opens_nothing(answers, ticking, run, office, open_office):
    office.person("anna@example.org")
    run(
        "mailbox",
        "set",
        "anna@example.org",
        "--host",
        "h.example.org",
        "--password-stdin",
        stdin="x" * 9,
    )
    (office.deps.instance / "secret.key").unlink()

    other = open_office(office.clock)
    [line] = [each for each in module.examine(other.deps) if each.code == "key_file"]

    assert not line.ok
    assert "1 of 1" in line.summary


def test_a_key_file_that_others_may_read(answers, ticking, office):
    (office.deps.instance / "secret.key").chmod(0o644)

    line = answers()["key_file"]

    assert not line["ok"] and "chmod 600" in line["fix"]


def test_a_full_disk(answers, ticking, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**10, 10**10, 10**6))

    line = answers()["disk"]

    assert not line["ok"] and line["fix"]


def test_a_clock_that_was_set_back(answers, ticking, office):
    office.clock._now -= timedelta(days=1)

    line = answers()["clock"]

    assert not line["ok"] and "clock" in line["fix"]


def test_a_database_that_cannot_be_opened(cli, monkeypatch, instance):
    (instance / "mailboxadmin.db").write_bytes(b"rubbish" * 1000)
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(instance))

    done = cli("doctor", "--json")

    assert done.status == 1
    [line] = done.objects
    assert (line["code"], line["ok"]) == ("database", False)
    assert "restore" in line["fix"]


def test_a_database_of_a_newer_version_is_not_said_to_be_somebody_elses(cli, monkeypatch, instance):
    with closing(sqlite3.connect(instance / "mailboxadmin.db")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(instance))

    [line] = cli("doctor", "--json").objects

    assert line["fix"].startswith("Install that version")


def test_a_key_file_without_a_key(cli, monkeypatch, instance):
    (instance / "secret.key").write_text("no key")
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(instance))

    done = cli("doctor", "--json")

    assert done.status == 1
    [line] = done.objects
    assert (line["code"], line["ok"]) == ("key_file", False)
    assert "holds no key" in line["summary"] and "Put the right file back" in line["fix"]


def test_keys_of_the_environment_are_named_even_beside_a_key_file(cli, monkeypatch, instance):
    (instance / "secret.key").touch(mode=0o644)
    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(instance))
    monkeypatch.setenv("MAILBOXADMIN_SECRET_KEYS", Fernet.generate_key().decode())

    lines = {line["code"]: line for line in cli("doctor", "--json").objects}

    summary = lines["key_file"]["summary"]
    assert summary == "The key of the environment opens every stored secret (0)."


def test_people_get_lines(run):
    lines = run("doctor").out.splitlines()

    assert [line.split()[0] for line in lines if not line.startswith(" ")] == CODES
