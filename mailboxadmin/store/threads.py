"""Conversations: messages that name the same Message-ID belong together.

    its links ──► conversations that have one of them ──► none: a new one
                                                       ├► one: that
                                                       `► several: they are one from now on,
                                                          which is the largest of them

So it does not matter in which order the messages are looked at, and a conversation of thousands
is not moved each time that a message joins another to it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from mailboxadmin.store.slices import slices
from mailboxadmin.store.tables_inbox import ThreadLinkRow
from mailboxadmin.store.tables_mail import HERE, REMOVED, MessageRow

_IN_ONE = MessageRow.thread_id.is_not(None)


def join_threads(db: Session, mailbox_id: int, links: Mapping[int, Sequence[int]]) -> None:
    """Put messages of a mailbox, by their ids, into the conversations of their links."""
    known = _known(db, mailbox_id, {each for some in links.values() for each in some})
    before = dict(known)
    thread_of: dict[int, int] = {}
    for message_id, named in links.items():
        if named:
            there = dict.fromkeys(known[each] for each in named if each in known)
            first = _largest(db, mailbox_id, there, known, before) if there else named[0]
            for other in there.keys() - {first}:
                _merge(db, mailbox_id, other, first)
                known = {each: first if to == other else to for each, to in known.items()}
                thread_of = {each: first if to == other else to for each, to in thread_of.items()}
            known |= dict.fromkeys(named, first)
            thread_of[message_id] = first
    _keep(db, mailbox_id, {each: to for each, to in known.items() if each not in before})
    if thread_of:
        rows = [{"id": each, "thread_id": to} for each, to in thread_of.items()]
        db.execute(update(MessageRow), rows)


def _known(db: Session, mailbox_id: int, links: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in slices(links):
        rows = db.execute(
            select(ThreadLinkRow.link, ThreadLinkRow.thread_id).where(
                ThreadLinkRow.mailbox_id == mailbox_id, ThreadLinkRow.link.in_(some)
            )
        )
        found.update((link, thread_id) for link, thread_id in rows)
    return found


def _largest(
    db: Session,
    mailbox_id: int,
    threads: Mapping[int, None],
    known: Mapping[int, int],
    stored: Mapping[int, int],
) -> int:
    """The one with the most links, those included that are not stored yet; else the first."""
    if len(threads) == 1:
        return next(iter(threads))
    sizes = Counter(to for each, to in known.items() if each not in stored)
    query = (
        select(ThreadLinkRow.thread_id, func.count())
        .where(ThreadLinkRow.mailbox_id == mailbox_id, ThreadLinkRow.thread_id.in_(threads))
        .group_by(ThreadLinkRow.thread_id)
    )
    for thread, count in db.execute(query):
        sizes[thread] += count
    return max(threads, key=lambda each: sizes[each])


def _merge(db: Session, mailbox_id: int, other: int, first: int) -> None:
    of_links = update(ThreadLinkRow).where(ThreadLinkRow.mailbox_id == mailbox_id)
    of_messages = update(MessageRow).where(MessageRow.mailbox_id == mailbox_id)
    for one in (
        of_links.where(ThreadLinkRow.thread_id == other),
        # Apart, and in the words of the two indexes: else all messages are looked through.
        of_messages.where(MessageRow.thread_id == other, _IN_ONE, text(HERE)),
        of_messages.where(MessageRow.thread_id == other, _IN_ONE, text(REMOVED)),
    ):
        db.execute(one.values(thread_id=first).execution_options(synchronize_session=False))


def _keep(db: Session, mailbox_id: int, links: Mapping[int, int]) -> None:
    if links:
        rows = [
            {"mailbox_id": mailbox_id, "link": each, "thread_id": to} for each, to in links.items()
        ]
        db.connection().execute(insert(ThreadLinkRow), rows)
