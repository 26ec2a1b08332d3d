"""The third pass: words of examined messages into the index, some at a time.

What waits is written with the message, so that it goes on where it was after anything; and
it steps back behind runs that have work to do, as the second pass does. An index that was found
damaged is begun anew before.
"""

import math
import threading

from mailboxadmin.services.deps import Deps
from mailboxadmin.services.machine.mending import mend_indexes
from mailboxadmin.services.reading.examine import give_way
from mailboxadmin.store.mail_search import put_in

#: Put in at once, so that nobody waits long behind it.
BATCH_MESSAGES = 100
BATCH_CHARS = 1024 * 1024


def index_mail(
    deps: Deps, *, stop: threading.Event | None = None, budget_s: float = math.inf
) -> int:
    """Put all that waits into the index; how many messages that were.

    Args:
        stop: ends it after the batch that is being written.
        budget_s: ends it after the batch in which this time is over.

    Raises:
        StoreUnavailable: the database cannot be used; what was written stays.
    """
    mend_indexes(deps)
    stop = stop or threading.Event()
    ends_at = deps.clock.monotonic() + budget_s
    done = 0
    while not stop.is_set() and deps.clock.monotonic() < ends_at:
        give_way(deps, stop)
        with deps.store.write(background=True) as db:
            put = put_in(db, limit=BATCH_MESSAGES, most_bytes=BATCH_CHARS)
        if not put:
            break
        done += put
    return done
