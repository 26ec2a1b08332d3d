"""Locks between processes."""

import subprocess
import sys

SCRIPT = """
import resource, sys
from pathlib import Path
from mailboxadmin.services.machine.file_lock import FileLock

# As on a full disk: not one byte can be written. (Python ignores SIGXFSZ.)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
first, second = FileLock(Path(sys.argv[1])), FileLock(Path(sys.argv[1]))
print(first.take(), second.take(), second.holder())
first.release()
print(second.take())
"""


def test_on_a_full_disk_a_lock_is_taken_and_let_go_as_ever(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "a.lock")],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stderr == ""
    assert done.stdout.split() == ["True", "False", "None", "True"]
