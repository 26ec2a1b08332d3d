"""A sync as a process of its own: `python -m tests.support.sync_process INSTANCE MAILBOX_ID`.

It prints "begins" when the program is loaded, and at the end the report as one line of JSON;
what runs is the real program on the real clock.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailboxadmin.app import create_app
from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.sync import sync_mailbox
from tests.support.office import config_for

CHECKOUT = Path(__file__).parents[2]


@contextmanager
def sync_process(instance: Path, mailbox_id: int) -> Iterator["subprocess.Popen[str]"]:
    """Start one; it is killed at the end of the block if it still runs."""
    command = [sys.executable, "-m", __name__, str(instance), str(mailbox_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        try:
            yield process
        finally:
            process.kill()


def main(instance: str, mailbox_id: str) -> None:
    app = create_app(config_for(Path(instance)))
    print("begins", flush=True)
    report = sync_mailbox(app.extensions["mailboxadmin"], int(mailbox_id), actor=COMMAND_LINE)
    print(json.dumps(report.as_json()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
