"""A process that saves and says so: `python -m tests.support.confirming_process INSTANCE ROOM`.

Again and again it saves a setting, a mailbox's password and the entries of both in the log, each
as the page does, and prints the number only after that was confirmed. What runs is the real
program. It may write no file beyond ROOM bytes; 0 is no bound. What is refused is printed, too.
"""

import resource
import subprocess
import sys
from itertools import count
from pathlib import Path

from mailboxadmin.app import create_app
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.mailboxes.configure import configure_mailbox
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.draft import Draft
from tests.support.office import config_for
from tests.support.sync_process import CHECKOUT

ACTOR = "grace@example.org"


def confirming_process(instance: Path, *, room: int = 0) -> "subprocess.Popen[str]":
    """Begin one; each line of its standard output is a number that is confirmed, or a refusal."""
    command = [sys.executable, "-m", __name__, str(instance), str(room)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)


def save(deps: Deps, number: int) -> None:
    """One setting and one secret, each with its entry."""
    change_settings(deps, {"help_contact": f"room {number}"}, actor=ACTOR)
    configure_mailbox(
        deps, 1, Draft(password=f"secret {number}"), actor=ACTOR, set_by="admin", test=False
    )


def main(instance: str, room: str) -> None:
    deps: Deps = create_app(config_for(Path(instance)), pages=False).extensions["mailboxadmin"]
    if int(room):
        # Python ignores SIGXFSZ, so a write beyond it fails with EFBIG.
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
    for number in count(1):
        try:
            save(deps, number)
        except StoreUnavailable as fault:
            print(f"refused: {fault}", flush=True)
            return
        print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
