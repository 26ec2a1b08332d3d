"""The pools of memory that threads share, counted by the C library itself."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

#: Sixteen threads that allocate at the same time; then the C library writes down its pools.
PROGRAM = """
import ctypes, sys, threading
from mailboxadmin.cli.memory import share_pools

share_pools()
together = threading.Barrier(16)

def work():
    together.wait()
    held = [ctypes.create_string_buffer(50_000) for _ in range(20)]
    together.wait()

threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="this is not glibc")
def test_many_threads_share_two_pools(tmp_path: Path):
    told = tmp_path / "pools.xml"

    subprocess.run([sys.executable, "-c", PROGRAM, str(told)], check=True)

    assert told.read_text().count("<heap nr=") == 2
