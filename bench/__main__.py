"""Measure what Mailbox Admin costs, beside its goals.

    python -m bench [--quick] [PART]…

The parts are first, changes, fairness, many, memory, click, activity, pages, inbox, run_all, live,
search and fault; without names it measures everything. Each figure is printed when it is there;
the table of all of them, at the end, is the one of docs/performance.md.
"""

import sys
import time
from collections.abc import Callable, Iterator

from bench import (
    activity,
    changes,
    click,
    fairness,
    fault,
    first,
    inbox,
    live,
    many,
    memory,
    pages,
    run_all,
    search,
)
from bench.figures import Figure, line, table
from bench.peers import Mbsync, Offlineimap
from bench.scale import FULL, QUICK, Scale

PARTS: dict[str, Callable[[Scale], Iterator[Figure]]] = {
    "first": first.figures,
    "changes": changes.figures,
    "fairness": fairness.figures,
    "many": many.figures,
    "memory": memory.figures,
    "click": click.figures,
    "activity": activity.figures,
    "pages": pages.figures,
    "inbox": inbox.figures,
    "run_all": run_all.figures,
    "live": live.figures,
    "search": search.figures,
    "fault": fault.figures,
}


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    wanted = [each for each in arguments if each != "--quick"]
    if not set(wanted) <= set(PARTS):
        sys.exit(f"usage: python -m bench [--quick] [{'] ['.join(PARTS)}]")
    for peer in (Mbsync, Offlineimap):
        if not peer.installed():
            print(f"{peer.program} is not installed: what is compared with it is left out.")
    measured = [figure for part in wanted or PARTS for figure in _shown(part, quick)]
    print(f"\n{table(measured)}")


def _shown(part: str, quick: bool) -> Iterator[Figure]:
    began = time.perf_counter()
    print(f"\n{part}", flush=True)
    for figure in PARTS[part](QUICK if quick else FULL):
        print(line(figure), flush=True)
        yield figure
    print(f"    ({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
