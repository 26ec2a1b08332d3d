"""The loop of a web server of one process."""

import subprocess
import sys

#: Serves an empty app and says, once it would answer, whether the collector leaves it alone.
PROGRAM = """
import gc, os, socket
from flask import Flask
from mailboxadmin.cli.listening import run_until_stopped

def say():
    print(gc.get_freeze_count() > 0, flush=True)
    os._exit(0)

with socket.create_server(("127.0.0.1", 0)) as listening:
    run_until_stopped(Flask("empty"), listening, None, behind_proxy=False, say=say)
"""


def test_what_is_loaded_keeps_neither_a_page_nor_the_end_waiting():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60
    )

    assert (done.stdout, done.stderr) == ("True\n", "")
