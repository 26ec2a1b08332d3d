"""A sync as a process of its own: `python -m tests.support.sync_process INSTANCE MAILBOX_ID`.

It says "ready" when the program is loaded; for each line that it is given it syncs, and prints
the report as one line of JSON. What runs is the real program on the real clock.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailboxadmin.app import create_app
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.syncing.sync import sync_mailbox
from tests.support.office import config_for

CHECKOUT = Path(__file__).parents[2]


@contextmanager
def sync_process(instance: Path, mailbox_id: int) -> Iterator["subprocess.Popen[str]"]:
    """Load one; `go` begins the sync. It is killed at the end of the block if it still runs."""
    command = [sys.executable, "-m", __name__, str(instance), str(mailbox_id)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def go(process: "subprocess.Popen[str]") -> None:
    """Let it sync."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def report_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Wait for its report."""
    assert process.stdout is not None
    report: dict[str, Any] = json.loads(process.stdout.readline())
    return report


def main(instance: str, mailbox_id: str) -> None:
    app = create_app(config_for(Path(instance)))
    print("ready", flush=True)
    deps = app.extensions["mailboxadmin"]
    for _ in iter(sys.stdin.readline, ""):
        report = sync_mailbox(deps, int(mailbox_id), actor=COMMAND_LINE)
        print(json.dumps(report.as_json()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
