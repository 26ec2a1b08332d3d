"""The second pass: what is in the messages that the first one made safe.

    waits ── newest of the next mailbox ──► read the bytes ──► take out ──► write, a batch at once
      ▲                                                                          │
      └──────────────── another process was faster, or we were killed ◄──────────┘

Nothing is remembered but what is written, so that it goes on where it was after anything.
It hardly holds up a run that brings mail: while one has work to do, it waits for a while
before each batch; not for ever, or an hour of syncs would starve it.
"""

import logging
import math
import threading
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.contents import Contents, read_contents
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.settings import office_values
from mailboxadmin.store import contents as rows
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.bytes import raw_of
from mailboxadmin.store.contents import Waiting

log = logging.getLogger(__name__)

#: Written at once, so that a person's click never waits long behind them.
BATCH_MESSAGES = 250
#: The bytes of a batch that are in memory at once; a larger message is a batch of its own.
BATCH_BYTES = 8 * 1024 * 1024
#: How long a batch waits for runs that have work to do: an hour of syncs must not starve it.
GIVES_WAY_S = 2.0
#: How often it looks whether they still have.
LOOKS_UP_S = 0.1
MEGABYTE = 1024 * 1024


def examine_messages(
    deps: Deps, *, stop: threading.Event | None = None, budget_s: float = math.inf
) -> int:
    """Take text, preview and attachments out of what waits, the newest first; how many that were.

    Mailbox by mailbox in turn, a batch of each, so that a large one delays no other.

    Args:
        stop: ends it after the message that is being read.
        budget_s: ends it after the batch in which this time is over.

    Raises:
        StoreUnavailable: the database cannot be used; what was written stays.
    """
    stop = stop or threading.Event()
    ends_at = deps.clock.monotonic() + budget_s
    done = mailbox_id = 0
    while not stop.is_set() and deps.clock.monotonic() < ends_at:
        give_way(deps, stop)
        with deps.store.read() as db:
            mailbox_id = rows.next_mailbox(db, mailbox_id) or rows.next_mailbox(db, 0) or 0
            if not mailbox_id:
                break
            raws = _read_batch(db, mailbox_id)
        done += _store(deps, _take_out(raws, stop))
    return done


def give_way(deps: Deps, stop: threading.Event) -> None:
    """Wait for runs that have work to do, but not for long."""
    waited = 0.0
    while waited < GIVES_WAY_S and deps.running.busy and not stop.wait(LOOKS_UP_S):
        waited += LOOKS_UP_S


def _read_batch(db: Session, mailbox_id: int) -> dict[int, bytes | None]:
    """The bytes of the next messages by their ids, None of one that is too large to be read."""
    largest = int(str(office_values(db)["max_message_megabytes"])) * MEGABYTE
    batch = _batch(rows.newest_waiting(db, mailbox_id, BATCH_MESSAGES), largest)
    raws = raw_of(db, [each.id for each in batch if each.size <= largest])
    # Bytes that are not there are as good as empty, and do not make it wait for ever.
    return {each.id: raws.get(each.id, b"") if each.size <= largest else None for each in batch}


def _batch(waiting: Sequence[Waiting], largest: int) -> list[Waiting]:
    batch: list[Waiting] = []
    room = BATCH_BYTES
    for each in waiting:
        room -= each.size if each.size <= largest else 0
        if batch and room < 0:
            break
        batch.append(each)
    return batch


def _take_out(
    raws: Mapping[int, bytes | None], stop: threading.Event
) -> dict[int, Contents | None]:
    examined: dict[int, Contents | None] = {}
    for message_id, raw in raws.items():
        if stop.is_set():
            break
        examined[message_id] = None if raw is None else _contents(message_id, raw)
    return examined


def _contents(message_id: int, raw: bytes) -> Contents:
    try:
        return read_contents(raw)
    except Exception as fault:
        # A fault of ours; it must not come again at every turn and hold up the others.
        log.exception("message %s could not be examined", message_id)
        problem = f"It could not be read ({type(fault).__name__})."
        return Contents(preview="", body_text="", attachments=(), problem=problem)


def _store(deps: Deps, examined: Mapping[int, Contents | None]) -> int:
    problems = {
        message_id: contents.problem
        for message_id, contents in examined.items()
        if contents is not None and contents.problem is not None
    }
    if not examined:
        return 0
    with deps.store.write(background=True) as db:
        stored = rows.store_contents(db, examined, deps.clock.now())
        for message in rows.troubled(db, sorted(stored & problems.keys())):
            add_entry(db, _entry(message, problems[message.id]), deps.clock.now())
    return len(stored)


def _entry(message: rows.Troubled, problem: str) -> Entry:
    return Entry(
        code=Code.MESSAGE_QUARANTINED,
        level=Level.WARNING,
        message=f"One message in {message.folder} can be read only in part; its bytes are kept.",
        actor=SCHEDULER,
        mailbox_id=message.mailbox_id,
        detail={
            "folder": message.folder,
            "uid": message.uid,
            "bytes": message.size,
            "problem": problem,
        },
    )
