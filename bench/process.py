"""A program as a whole process: its time, or its memory."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

#: How often the peak is read; it only grows, so that the last reading is the peak.
LOOK_EVERY_S = 0.02


def seconds_of(command: Sequence[str]) -> float:
    """How long it runs, from the start of the process on.

    Raises:
        RuntimeError: it failed; with what it printed.
    """
    began = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout.strip()}")
    return seconds


def peak_of(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """The highest resident memory of the process, in bytes, its children apart.

    Raises:
        RuntimeError: it failed.
    """
    peak = 0
    with subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            peak = max(peak, high_water(process.pid))
            time.sleep(LOOK_EVERY_S)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: status {process.returncode}")
    return peak


def high_water(pid: int | str = "self") -> int:
    """VmHWM of proc_pid_status(5), in bytes; 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024
