"""However a command fails, it says so in one plain line and ends with 1 or 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from mailboxadmin.cli import main
from mailboxadmin.services.machine.log_file import log_file
from mailboxadmin.services.office import settings as settings_service

#: Somebody whom there is, and a good table of somebody else.
ANNA = "anna@example.org"
PEOPLE = "people.csv"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("--nonsense",),
        ("staff",),
        ("staff", "nonsense"),
        ("staff", "add"),
        ("staff", "add", "anna@example.org", "--csv", __file__),
        ("staff", "add", "anna@example.org", "--csv", "/nowhere.csv"),
        ("staff", "add", "--csv", PEOPLE, "--name", "Anna"),
        ("staff", "add", "--csv", PEOPLE, "--role", "staff"),
        ("staff", "add", "--csv", PEOPLE, "--password-stdin"),
        ("staff", "add", "not an address"),
        ("staff", "add", "anna@example.org", "--role", "king"),
        ("staff", "password", "anna@example.org"),
        ("staff", "disable", "nobody@example.org"),
        ("mailbox", "set"),
        ("mailbox", "set", "nobody@example.org"),
        ("mailbox", "set", "a@example.org", "--inherit", "nonsense"),
        ("mailbox", "set", "a@example.org", "--host", "h", "--inherit", "imap_host"),
        ("mailbox", "trust", "nobody@example.org"),
        ("check",),
        ("check", "nobody@example.org"),
        ("sync", "nobody@example.org"),
        ("messages", "nobody@example.org"),
        ("messages", "nobody@example.org", "--limit", "0"),
        ("messages", ANNA, "--limit", str(2**63)),
        ("mark", ANNA, str(2**63), "--read"),
        ("activity", "--limit", str(2**63)),
        ("activity", "--since", "9999-12-31T23:59:59-12:00"),
        ("mark", "nobody@example.org", "one", "--read"),
        ("mark", "nobody@example.org", "1"),
        ("export", "nobody@example.org", "/tmp/x"),
        ("export", "nobody@example.org", "/tmp/x", "--format", "zip"),
        ("activity", "--since", "yesterday"),
        ("activity", "--since", "2026-01-01T00:00:00"),
        ("activity", "--level", "loud"),
        ("settings", "set", "parallel_syncs"),
        ("settings", "set", "parallel_syncs", "5", "--value-stdin"),
        ("settings", "set", "parallel_syncs", "65"),
        ("settings", "set", "nonsense", "5"),
        ("restore",),
        ("serve", "--port", "99999"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run, office, tmp_path, arguments):
    office.person(ANNA)
    table = tmp_path / PEOPLE
    table.write_text("ben@example.org,Ben\n")

    done = run(*(str(table) if each == PEOPLE else each for each in arguments))

    assert done.status == 2
    assert done.out == ""
    assert done.complaint
    assert "Traceback" not in done.err and "Usage:" not in done.err


@pytest.mark.parametrize("command", ["", *main.list_commands(None)])
def test_every_command_has_help(run, command):
    done = run(*[each for each in (command, "--help") if each])

    assert done.status == 0
    assert "Usage:" in done.out
    assert done.err == ""


def test_a_bad_environment_is_one_line_and_status_2(cli, monkeypatch):
    monkeypatch.setenv("MAILBOXADMIN_SCHEDULER", "maybe")

    done = cli("settings", "list")

    assert done.status == 2
    assert "MAILBOXADMIN_SCHEDULER" in done.complaint


def test_a_fault_of_ours_is_one_line_and_its_traceback_is_in_the_log(cli, monkeypatch, instance):
    def broken(_deps):
        raise ZeroDivisionError("by\nnothing")

    monkeypatch.setenv("MAILBOXADMIN_INSTANCE", str(instance))
    monkeypatch.setattr("mailboxadmin.cli.settings.read_settings", broken)
    assert settings_service.read_settings is not broken

    done = cli("settings", "list")

    assert done.status == 1
    assert "ZeroDivisionError: by nothing); the log file" in done.complaint
    assert "Traceback" in log_file(instance).read_text()


def test_an_interrupted_command_says_so_in_one_line(run, monkeypatch):
    def interrupted(_deps):
        raise KeyboardInterrupt

    monkeypatch.setattr("mailboxadmin.cli.settings.read_settings", interrupted)

    done = run("settings", "list")

    assert (done.status, done.out, done.err) == (1, "", "mailboxadmin: Stopped.\n")


#: Runs a command in which the first thing that opens an instance breaks.
BROKEN_BEFORE_THE_LOG = """
from mailboxadmin.cli import main, opening

opening.prepare_instance = lambda config: 1 / 0
main(["staff", "list"])
"""


def test_a_fault_before_there_is_a_log_is_one_line_that_promises_none(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_BEFORE_THE_LOG],
        env={"MAILBOXADMIN_INSTANCE": str(tmp_path / "instance")},
        capture_output=True,
        text=True,
        timeout=60,
    )

    [line] = done.stderr.splitlines()
    assert done.returncode == 1
    assert line.endswith("(ZeroDivisionError: division by zero).")


def in_a_shell(instance: Path, command: str) -> subprocess.CompletedProcess[str]:
    """What a real shell makes of it, with pipes and with closed ends."""
    return subprocess.run(
        ["bash", "-c", command],
        env={"MAILBOXADMIN_INSTANCE": str(instance), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_reader_that_leaves_is_no_fault(instance):
    command = f"{sys.executable} -m mailboxadmin settings list | true; echo ${{PIPESTATUS[0]}}"

    done = in_a_shell(instance, command)

    assert done.stdout.strip() == "0"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("output", "status", "complaint"),
    [
        (">/dev/full", "1", "mailboxadmin: No space left on device.\n"),
        (">&-", "0", ""),
    ],
)
def test_output_that_cannot_be_written_is_one_line_and_closed_output_is_no_fault(
    instance, output, status, complaint
):
    command = f"{sys.executable} -m mailboxadmin settings list {output}; echo $? >&3"

    done = in_a_shell(instance, f"exec 3>&1; {command}")

    assert (done.stdout.strip(), done.stderr) == (status, complaint)


@pytest.mark.parametrize(
    "arguments",
    [
        ("messages", "\udcff@example.org"),
        ("messages", ANNA, "--folder", "\udcff"),
        ("settings", "set", "help_contact", "\udcff"),
        ("staff", "add", "ben@example.org", "--name", "\udcff"),
        ("mailbox", "set", ANNA, "--username", "\udcff"),
    ],
)
def test_what_is_no_text_is_wrong_input(run, office, arguments):
    office.person(ANNA)

    done = run(*arguments)

    assert (done.status, done.complaint) == (2, "What was given is not text in UTF-8.")


def test_a_secret_from_closed_input_is_missed_in_one_line(instance):
    command = f"{sys.executable} -m mailboxadmin settings set smtp_password --value-stdin <&-"

    done = in_a_shell(instance, command)

    assert done.returncode == 2
    assert done.stderr == "mailboxadmin: value: Nothing came on standard input.\n"


def test_a_usage_fault_is_whole_sentences(run):
    done = run("staff", "add", "--csv", "/nowhere.csv")

    assert "No such file or directory. See `" in done.complaint


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", str(2**63), "9" * 5000])
def test_a_limit_is_a_number_of_one_or_more(run, limit):
    office = run("activity", "--limit", limit)
    mailbox = run("messages", ANNA, "--limit", limit)

    assert "is not a whole number of 1 or more. See" in office.complaint
    assert "is not a whole number of 1 or more. See" in mailbox.complaint


@pytest.mark.parametrize("group", [(), ("staff",), ("oauth",)])
def test_the_help_says_what_each_command_does_in_a_whole_sentence(run, group):
    commands = run(*group, "--help").out.partition("Commands:")[2]

    assert commands
    assert "..." not in commands
