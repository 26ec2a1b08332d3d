"""Room for connections: each is an open file of the process, and systems allow few at first."""

import logging
import resource

log = logging.getLogger(__name__)


def allow_open_files(count: int) -> int:
    """Have the system allow so many open files, as far as we may; how many it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft if soft != resource.RLIM_INFINITY else count
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as fault:
        log.warning("no more than %s files may be open: %s", soft, fault)
        return soft
    return wanted
