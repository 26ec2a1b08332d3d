"""A start on a damaged database: one line with the command that puts the last good backup back."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mailboxadmin.demo.ports import free_port
from mailboxadmin.services.keeping.daily_backup import back_up_if_due
from tests.support.damage import spoil_page
from tests.support.office import Office

COMMAND = [sys.executable, "-m", "mailboxadmin"]


@pytest.fixture
def damaged(office: Office) -> Path:
    """An instance with a backup, whose list of tables cannot be read; its folder."""
    office.person("anna@example.org")
    back_up_if_due(office.deps, threading.Event())
    office.deps.store.engine.dispose()
    spoil_page(office.deps.instance / "mailboxadmin.db", "alembic_version")
    return office.deps.instance


def run(command: list[str] | str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        shell=isinstance(command, str),
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_line_of_a_start_is_typed_and_the_office_is_there_again(damaged: Path):
    refused = run(
        [*COMMAND, "serve", "--port", str(free_port())], MAILBOXADMIN_INSTANCE=str(damaged)
    )

    [line] = refused.stderr.splitlines()
    assert refused.returncode == 1
    assert line.startswith(f"mailboxadmin: The database {damaged}/mailboxadmin.db is damaged (")
    [said] = re.findall("`([^`]+)`", line)
    typed = run(said.replace(" mailboxadmin ", f" {' '.join(COMMAND)} "))
    people = run([*COMMAND, "staff", "list"], MAILBOXADMIN_INSTANCE=str(damaged))
    assert typed.returncode == 0, typed.stderr
    assert "anna@example.org" in people.stdout
    assert len(list(damaged.glob("mailboxadmin-before-*.db"))) == 1


def test_the_doctor_says_the_same(damaged: Path):
    done = run([*COMMAND, "doctor"], MAILBOXADMIN_INSTANCE=str(damaged))

    assert done.returncode == 1
    assert done.stderr == ""
    assert re.match(r"database +BROKEN .*\n.*mailboxadmin restore /", done.stdout)
