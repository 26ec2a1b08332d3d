"""`mailboxadmin check` and `sync`, on a real server."""

import os
import signal
import socket
import subprocess
import sys
from functools import partial

import pytest

from mailboxadmin.services.work.beat import read_beat
from mailboxadmin.services.work.runs import begin_run
from tests.support import mails

COUNTS = ("new", "changed", "removed", "pushed", "quarantined", "remaining")


def test_a_green_ladder_has_its_phases_in_order(run, office, dovecot):
    box = office.mailbox(server=dovecot)

    done = run("check", box.account.name, "--json")

    [line] = done.objects
    assert done.status == 0
    assert list(line) == ["mailbox", "ok", "steps", "finding"]
    assert [step["phase"] for step in line["steps"]] == [
        "dns",
        "tcp",
        "greeting",
        "auth",
        "folders",
    ]
    assert all(set(step) == {"phase", "ok", "ms", "detail"} for step in line["steps"])
    assert (line["ok"], line["finding"]) == (True, None)


def test_a_red_ladder_ends_at_the_step_that_failed(run, office, dovecot):
    box = office.mailbox(server=dovecot, password="not the one")

    as_json, as_text = run("check", box.account.name, "--json"), run("check", box.account.name)

    [line] = as_json.objects
    assert (as_json.status, as_text.status) == (1, 1)
    assert line["steps"][-1]["phase"] == "auth"
    assert line["finding"]["code"] == "auth.bad_credentials"
    assert "[auth.bad_credentials]" in as_text.out
    assert "may lock the account" in as_text.out
    assert "not the one" not in as_json.out + as_text.out


def test_in_a_terminal_links_are_written_out(run, office, dovecot):
    box = office.mailbox(server=dovecot, email="anna@gmx.de", password="not the one")

    done = run("check", box.account.name)

    assert "POP3 and IMAP. GMX’s help page (https://hilfe.gmx.net/" in done.out
    assert "](" not in done.out


def test_a_person_who_tries_again_is_told_that_tries_are_counted(run, office, dovecot):
    wrong = office.mailbox(server=dovecot, password="not the one")
    office.mailbox(server=dovecot)

    done = run("sync")

    [told] = [line for line in done.out.splitlines() if "counts refused sign-ins" in line]
    assert told.startswith(wrong.account.name)


def test_a_check_changes_nothing(run, office, dovecot):
    box = office.mailbox(server=dovecot, password="not the one")

    run("check", box.account.name)

    [line] = run("mailbox", "list", "--json").objects
    assert (line["state"], line["finding"]) == ("new", None)


def test_a_sync_gives_one_line_a_mailbox(run, office, dovecot):
    box = office.mailbox(server=dovecot)
    dovecot.deliver(box.account, mails.message(1))

    first, second = run("sync", "--json"), run("sync", box.account.name, "--json")

    [line] = first.objects
    assert first.status == 0
    assert list(line) == ["mailbox", "outcome", *COUNTS, "seconds", "finding"]
    assert (line["mailbox"], line["outcome"], line["new"]) == (box.account.name, "ok", 1)
    assert [second.objects[0][key] for key in COUNTS] == [0] * 6


def test_one_broken_mailbox_makes_the_status_1_and_stops_no_other(run, office, dovecot):
    broken = office.mailbox(server=dovecot, password="not the one")
    fine = office.mailbox(server=dovecot)

    done = run("sync", "--json")
    again = run("sync", "--json")

    outcomes = {line["mailbox"]: line["outcome"] for line in done.objects}
    assert done.status == 1
    assert outcomes == {broken.account.name: "failed", fine.account.name: "ok"}
    reasons = {line["mailbox"]: line.get("reason") for line in again.objects}
    assert reasons == {broken.account.name: "waiting", fine.account.name: None}
    assert again.status == 0


def test_a_mailbox_that_is_being_synced_is_skipped_at_once(run, office, dovecot):
    box = office.mailbox(server=dovecot)
    begin_run(office.deps, box.id, actor="another")

    done = run("sync", box.account.name, "--json")

    [line] = done.objects
    assert done.status == 0
    assert (line["outcome"], line["reason"]) == ("skipped", "running")


def test_due_takes_those_whose_turn_it_is_and_shows_a_sign_of_life(run, office, dovecot):
    box = office.mailbox(server=dovecot)

    first, second = run("sync", "--due", "--json"), run("sync", "--due", "--json")

    assert [line["outcome"] for line in first.objects] == ["ok"]
    assert [line.get("reason") for line in second.objects] == ["not_due"]
    assert read_beat(office.deps).last_tick_at == office.clock.now()
    entries = run("activity", "--mailbox", box.account.name, "--code", "sync", "--json").objects
    assert entries[0]["actor"] == "scheduler"


def test_without_due_no_sign_of_life_is_written(run, office, dovecot):
    office.mailbox(server=dovecot)

    run("sync")

    assert read_beat(office.deps).last_tick_at is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_sync_that_is_interrupted_ends_its_runs(run, office, number):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        office.person("anna@example.org")
        where = ("--host", host, "--port", str(port), "--encryption", "none")
        run("mailbox", "set", "anna@example.org", *where, "--password-stdin", stdin="secret")
        environment = os.environ | {"MAILBOXADMIN_INSTANCE": str(office.deps.instance)}
        process = subprocess.Popen(
            [sys.executable, "-m", "mailboxadmin", "sync"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # What runs the tests may have it ignored, as a shell does in the background.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        listening.settimeout(60)
        connection, _ = listening.accept()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        connection.close()

    assert process.returncode == 1
    assert err.strip().splitlines() == ["mailboxadmin: Stopped."]
    assert out == ""
    [entry] = run("activity", "--code", "sync", "--json").objects
    assert entry["code"] == "sync.cancelled", entry
