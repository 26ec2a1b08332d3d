"""Measure, print, and write docs/benchmarks.md: `python -m bench [sync|activity]`, by default both.

Only a run of both is written down, so that all figures there are of one machine and one hour.
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

PARTS = ("sync", "activity")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if not set(wanted) <= set(PARTS):
        sys.exit(f"usage: python -m bench [{'|'.join(PARTS)}]")
    figures = {part: measured(part) for part in wanted}
    if set(wanted) == set(PARTS):
        PAGE.write_text(page(figures))
        print(f"\nWritten to docs/{PAGE.name}.")


def measured(part: str) -> str:
    """The figures of one part, shown while they come; a process of its own starts cold."""
    command = [sys.executable, "-m", f"bench.{part}"]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(process.returncode)
    return "".join(lines).strip("\n")


def page(figures: dict[str, str]) -> str:
    machine = f"{os.cpu_count()} cores, {platform.system()}"
    return f"""# What it costs

Measured by `make bench` on {machine}, Python {platform.python_version()}, on
{datetime.now(UTC):%d %B %Y}. Every figure is the median of three rounds, in which the
contestants take turns. Seconds depend on the machine; compare the ratios.

## Syncing

One Dovecot on loopback. The floor is a raw socket that asks for the same and throws it away.
*The run* is what `sync --json` reports as `seconds`; *the whole process* adds the start of
Python. `mbsync` writes a Maildir and makes sure that it is on the disk, as we do with the
database.

```
{figures["sync"]}
```

## Reading the activity log

The first page under each filter, in a short log and in a long one; it must not cost more
than one and a half times as much.

```
{figures["activity"]}
```
"""


if __name__ == "__main__":
    main()
