"""An index for searching that is damaged: emptied, and built anew from what is stored.

    the backup of the day checks its copy ──┐
    a search, a sync or a job comes upon it ┴─► Store.damaged_indexes ─► the next turn of the
                                                index: emptied, all mail waits for it again

No mail is in an index, so none can be lost with it. The check is made on the copy because it
would hold up who writes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.errors import StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import activity_search, fts, mail_search
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.store import IndexDamaged

Answer = TypeVar("Answer")

_WHAT = {"mail_search": "mail", "activity_search": "the log"}
_ANEW = {"mail_search": mail_search.begin_anew, "activity_search": activity_search.begin_anew}


def check_indexes(deps: Deps, copy: Path) -> None:
    """Look whether the indexes in a copy that was just made are whole; those that are not wait.

    Raises:
        StoreUnavailable, OSError: the copy cannot be read, or not be written.
    """
    deps.store.damaged_indexes |= fts.damaged_in(copy)


def mend_indexes(deps: Deps) -> None:
    """Empty the indexes that were found damaged, and have them built anew.

    Raises:
        StoreUnavailable: the database cannot be written, or the file itself is damaged there.
    """
    damaged = deps.store.damaged_indexes
    for index in tuple(damaged):
        reason = damaged.pop(index, None)
        # None: another thread has just begun with it.
        if reason is not None:
            try:
                _begin_anew(deps, index, reason)
            except StoreUnavailable:
                damaged[index] = reason
                raise


def ask(deps: Deps, question: Callable[[], Answer]) -> Answer:
    """What an index answers; one that is damaged is begun anew and asked again.

    In whatever process this is: not each of them has the job that builds the indexes.

    Raises:
        StoreUnavailable: as `mend_indexes`, and what the question raises.
    """
    try:
        return question()
    except IndexDamaged:
        mend_indexes(deps)
        return question()


def _begin_anew(deps: Deps, index: str, reason: str) -> None:
    with deps.store.write() as db:
        _ANEW[index](db)
        add_entry(db, _entry(index, reason), deps.clock.now())


def _entry(index: str, reason: str) -> Entry:
    return Entry(
        code=Code.SEARCH_REBUILT,
        level=Level.WARNING,
        message=(
            f"The index for searching {_WHAT[index]} was damaged ({reason}) and is built anew. "
            "Nothing is lost; until it is done, a search finds less."
        ),
        actor=SCHEDULER,
        detail={"index": index, "reason": reason},
    )
