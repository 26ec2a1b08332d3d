"""How much memory this process has, against what it may have (proc_pid_status(5), cgroups(7))."""

from dataclasses import dataclass
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
#: Where a container finds its own limit: version 2, then version 1.
_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
#: A process that was cut off above this share of the limit was probably ended for it.
NEAR = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a process has and may have, in bytes; None where the system does not tell."""

    now: int | None
    #: The most that it ever had.
    peak: int | None
    #: Of its container, else of the machine.
    limit: int | None

    @property
    def near_limit(self) -> bool:
        """It has nearly all that there is."""
        return self.now is not None and is_near(self.now, self.limit)


def is_near(used: int, limit: int | None) -> bool:
    """Whether so much is nearly all."""
    return limit is not None and used >= NEAR * limit


def read_memory(pid: int | None = None) -> Memory:
    """Of a process of this machine, else of this one, now."""
    status = _kilobytes(Path(f"/proc/{pid or 'self'}/status"))
    return Memory(now=status.get("VmRSS"), peak=status.get("VmHWM"), limit=memory_limit())


def memory_limit() -> int | None:
    """What a process here may have at most."""
    total = _kilobytes(_MEMINFO).get("MemTotal")
    limits = [limit for limit in (_own_limit(), total) if limit is not None]
    return min(limits, default=None)


def _own_limit() -> int | None:
    for file in _LIMITS:
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        # `max` is none; version 1 says a number that no machine has.
        return int(text) if text.isdecimal() and int(text) < 2**60 else None
    return None


def _kilobytes(file: Path) -> dict[str, int]:
    """The figures of a file whose lines are `Name: 123 kB`, in bytes."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        name, _, value = line.partition(":")
        number, _, unit = value.strip().partition(" ")
        if unit == "kB" and number.isdecimal():
            found[name] = int(number) * 1024
    return found
