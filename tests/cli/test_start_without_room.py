"""A start on a full disk, as the process it is: one line that says where and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailboxadmin.demo.ports import free_port

#: As `python -m mailboxadmin` where no file may grow beyond so many bytes. (Python ignores
#: SIGXFSZ.)
PROGRAM = """
import resource, sys
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from mailboxadmin.cli import main
main()
"""


def start(instance: Path, size: int) -> "subprocess.CompletedProcess[str]":
    """What `serve` says, and how it ends."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(size), "serve", "--port", str(free_port())],
        env=os.environ | {"MAILBOXADMIN_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("size", [0, 16, 64 * 1024])
def test_a_first_start(tmp_path: Path, size: int):
    done = start(tmp_path / "new", size)

    [line] = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert line.startswith(f"mailboxadmin: The disk that holds {tmp_path / 'new'} is full")
    assert "delete old backups" in line


@pytest.mark.parametrize("size", [0, 1024])
def test_a_start_where_there_is_mail_already(instance: Path, size: int):
    before = (instance / "mailboxadmin.db").read_bytes()

    done = start(instance, size)

    [line] = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert line.startswith(f"mailboxadmin: The disk that holds {instance} is full")
    assert (instance / "mailboxadmin.db").read_bytes() == before
