"""An instance folder that this user may not write: one line that says so, and nothing is lost."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailboxadmin.demo.ports import free_port

#: prctl(2) and capabilities(7): root may write anywhere, but for a root that gave that up.
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
LIBC = ctypes.CDLL(None)


def like_anybody() -> None:
    """Be held to the modes of files from the next program on, root or not."""
    if os.geteuid() == 0:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.fixture
def closed(instance: Path) -> Iterator[Path]:
    """An instance that was in use, and may only be read."""
    (instance / "serve.lock").touch()
    for each in (instance, *instance.rglob("*")):
        each.chmod(0o500 if each.is_dir() else 0o400)
    yield instance
    instance.chmod(0o700)


@pytest.mark.parametrize(
    "command", ["serve --port {port}", "settings set help_contact Ben", "doctor"]
)
def test_every_command_says_it_in_one_line_and_changes_nothing(closed: Path, command: str):
    before = (closed / "mailboxadmin.db").read_bytes()

    done = subprocess.run(
        [sys.executable, "-m", "mailboxadmin", *command.format(port=free_port()).split()],
        env=os.environ | {"MAILBOXADMIN_INSTANCE": str(closed)},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=like_anybody,
    )

    [line] = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert line.startswith(f"mailboxadmin: {closed} may not be written (Permission denied)")
    assert (closed / "mailboxadmin.db").read_bytes() == before
