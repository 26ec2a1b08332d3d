"""A program as a whole process: its time and its memory."""

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took."""

    seconds: float
    #: Highest resident memory, in bytes; 0 where it was not measured.
    peak_bytes: int = 0
    #: What the program printed.
    output: str = ""


def run(command: Sequence[str], environ: Mapping[str, str] | None = None, typed: str = "") -> Cost:
    """Run to the end and measure from the start of the process on.

    Raises:
        RuntimeError: it failed; with what it printed.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(typed)
        process.stdin.close()
        output = process.stdout.read()
        # Of this one child, which `getrusage` could not tell from the others.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {output.strip()}")
    # A child begins with the figure of whoever started it; below that it says nothing.
    measured = usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_bytes = usage.ru_maxrss * 1024 if measured else 0
    return Cost(seconds=seconds, peak_bytes=peak_bytes, output=output)
