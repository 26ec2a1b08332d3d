"""Who holds a lease: a process of a machine, told apart from a later one with the same number."""

import os
import platform
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One process, for as long as it lives."""

    #: The machine, and since when it is up: after a restart no process of before is alive.
    machine: str
    pid: int
    #: When the process started, as the machine counts; empty where it cannot be read.
    pid_started: str

    @property
    def gone(self) -> bool:
        """True when it was a process of this machine that is no longer alive."""
        if self.machine != this_process().machine:
            return False
        return not _exists(self.pid) or self.pid_started != _started(self.pid)


def this_process() -> Holder:
    """The process that asks."""
    pid = os.getpid()
    return Holder(machine=_machine(), pid=pid, pid_started=_started(pid))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # Another user's; whether it is the same process is asked next.
    return True


def is_over(host: str, pid: int) -> bool:
    """True when there is no process of that number any more on this machine.

    Args:
        host: the name of its machine; of another one nothing is known.
    """
    return host == platform.node() and (not _exists(pid) or _stat(pid)[:1] in _ENDED)


@cache
def _machine() -> str:
    boot_id = Path("/proc/sys/kernel/random/boot_id")
    boot = boot_id.read_text().strip() if boot_id.exists() else ""
    # In a container the host name tells containers with process numbers of their own apart.
    return f"{socket.gethostname()} {boot}".strip()


def _started(pid: int) -> str:
    """Field 22 of proc_pid_stat(5); empty for a zombie, which does nothing any more."""
    stat = _stat(pid)
    return stat[19] if stat and stat[:1] not in _ENDED else ""


def _stat(pid: int) -> list[str]:
    """The fields of proc_pid_stat(5) from the state on, after a name which may hold anything."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return stat.rpartition(")")[2].split()


#: The states of a process that has ended, and that no one has buried yet.
_ENDED = (["Z"], ["X"])
