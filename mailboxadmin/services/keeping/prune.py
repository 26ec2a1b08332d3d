"""What is kept no longer: old entries, incidents, runs, recordings, tests, removed mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import Level
from mailboxadmin.services.debug.recordings import forget_recordings
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.log_file import rotate_log
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.services.reading.retention import purge_removed
from mailboxadmin.services.staff.sessions import LONGEST_IDLE, LONGEST_SESSION
from mailboxadmin.store.checks import drop_checks_before
from mailboxadmin.store.erasures import drop_erasures_before
from mailboxadmin.store.incidents import drop_incidents_before
from mailboxadmin.store.notices import drop_notices_before
from mailboxadmin.store.prune import delete_entries, delete_runs, last_entry_before
from mailboxadmin.store.sessions import end_stale_sessions
from mailboxadmin.store.told_cases import drop_told_before

#: Entries that say that nothing happened.
ROUTINE_KEPT = timedelta(days=7)
CHECKS_KEPT = timedelta(days=1)
#: So that who asked reads what is left to do; the log has one line for longer.
ERASURES_KEPT = timedelta(days=7)
#: As far back as the pages show them, and a day to spare.
RUNS_KEPT = timedelta(days=31)
#: Longer than any waits, and the log has their subjects.
NOTICES_KEPT = timedelta(days=31)
#: Rows deleted in one transaction, so that nobody waits long for the writer.
BITE = 2000


def prune(deps: Deps) -> int:
    """Delete what is kept no longer; how many log entries that were.

    Raises:
        StoreUnavailable: the database cannot be written.
        OSError: the log file cannot be moved, or a recording not be deleted.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        kept = timedelta(days=int(str(office_values(db)["activity_retention_days"])))
    deleted = _forget(deps, now - min(ROUTINE_KEPT, kept), Level.ROUTINE)
    deleted += _forget(deps, now - kept, Level.ERROR)
    _in_bites(deps, partial(delete_runs, finished_before=now - RUNS_KEPT, limit=BITE))
    with deps.store.write(background=True) as db:
        drop_checks_before(db, now - CHECKS_KEPT)
        drop_erasures_before(db, now - ERASURES_KEPT)
        drop_incidents_before(db, now - kept)
        drop_told_before(db, now - kept)
        drop_notices_before(db, now - min(NOTICES_KEPT, kept))
        end_stale_sessions(db, created_before=now - LONGEST_SESSION, seen_before=now - LONGEST_IDLE)
    forget_recordings(deps)
    purge_removed(deps)
    rotate_log(deps.instance)
    return deleted


def _forget(deps: Deps, before: datetime, level: Level) -> int:
    with deps.store.read() as db:
        last = last_entry_before(db, before)
    if not last:
        return 0
    bite = partial(delete_entries, up_to_id=last, at_most_level=int(level), limit=BITE)
    return _in_bites(deps, bite)


def _in_bites(deps: Deps, bite: Callable[[Session], int]) -> int:
    """Delete until a bite is not full; how many rows that were."""
    deleted = 0
    while True:
        with deps.store.write(background=True) as db:
            gone = bite(db)
        deleted += gone
        if gone < BITE:
            return deleted
