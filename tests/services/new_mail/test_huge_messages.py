"""Messages as large as no mail is: stored byte for byte in bounded memory. For `make soak`."""

import hashlib
import os
import subprocess
import sys

import pytest

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.reading.messages import list_messages
from mailboxadmin.store.bytes import raw_parts
from tests.support.dovecot import Dovecot
from tests.support.examined import examined
from tests.support.horrors import HORRORS
from tests.support.office import Box, Office

#: Of the whole process, whatever the size of the message.
PEAK_BYTES = 200 * 1024 * 1024


#: Syncs as a timer does, and says how much memory that took; what forked it does not count.
SYNC = """
import re
from pathlib import Path
from mailboxadmin.cli import main
try:
    main(["sync", "--due"])
finally:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def sync_apart(office: Office) -> int:
    """Sync and examine in a process of its own; its peak of memory in bytes."""
    environment = os.environ | {"MAILBOXADMIN_INSTANCE": str(office.deps.instance)}
    done = subprocess.run(
        [sys.executable, "-c", SYNC], env=environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1]) * 1024


def stored_digest(office: Office, box: Box) -> str:
    """SHA-256 of the only message's bytes, read part by part."""
    [listed] = list_messages(office.deps, box.id, folder=None, limit=2, actor=COMMAND_LINE)
    digest = hashlib.sha256()
    with office.deps.store.read() as db:
        for part in raw_parts(db, listed.id):
            digest.update(part)
    return digest.hexdigest()


@pytest.mark.soak
@pytest.mark.parametrize(
    "name", ["a_hundred_megabytes", "a_hundred_megabytes_of_text", "a_gigabyte"]
)
def test_a_huge_message_is_stored_in_bounded_memory(office: Office, dovecot: Dovecot, name: str):
    box = office.mailbox(server=dovecot)
    raw = HORRORS[name]()
    dovecot.deliver(box.account, raw)

    peak = sync_apart(office)

    assert stored_digest(office, box) == hashlib.sha256(raw).hexdigest()
    assert peak < PEAK_BYTES
    # Larger than what is examined: it waits no longer, and nothing is known of it.
    assert examined(office, box.id) == [None]
