"""What is kept no longer: old log entries, incidents, yesterday's connection tests, sign-ins."""

from datetime import datetime, timedelta

from mailboxadmin.domain.activity import Level
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.log_file import rotate_log
from mailboxadmin.services.sessions import LONGEST_IDLE, LONGEST_SESSION
from mailboxadmin.services.settings import office_values
from mailboxadmin.store.checks import drop_checks_before
from mailboxadmin.store.incidents import drop_incidents_before
from mailboxadmin.store.prune import delete_entries, last_entry_before
from mailboxadmin.store.sessions import end_stale_sessions

#: Entries that say that nothing happened.
ROUTINE_KEPT = timedelta(days=7)
CHECKS_KEPT = timedelta(days=1)
#: Entries deleted in one transaction, so that nobody waits long for the writer.
BITE = 2000


def prune(deps: Deps) -> int:
    """Delete what is kept no longer; how many log entries that were.

    Raises:
        StoreUnavailable: the database cannot be written.
        OSError: the log file cannot be moved.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        kept = timedelta(days=int(str(office_values(db)["activity_retention_days"])))
    deleted = _forget(deps, now - min(ROUTINE_KEPT, kept), Level.ROUTINE)
    deleted += _forget(deps, now - kept, Level.ERROR)
    with deps.store.write(background=True) as db:
        drop_checks_before(db, now - CHECKS_KEPT)
        drop_incidents_before(db, now - kept)
        end_stale_sessions(db, created_before=now - LONGEST_SESSION, seen_before=now - LONGEST_IDLE)
    rotate_log(deps.instance)
    return deleted


def _forget(deps: Deps, before: datetime, level: Level) -> int:
    with deps.store.read() as db:
        last = last_entry_before(db, before)
    deleted = 0
    while last:
        with deps.store.write(background=True) as db:
            bite = delete_entries(db, up_to_id=last, at_most_level=int(level), limit=BITE)
        deleted += bite
        if bite < BITE:
            break
    return deleted
