"""Facts that the warnings are made from, kept while it costs nothing: at a run's end, each hour."""

import shutil
from datetime import timedelta

from mailboxadmin.domain.foresight import HISTORY, PACE_OVER, usual_gap
from mailboxadmin.domain.mailbox import Account
from mailboxadmin.imap.session import Session
from mailboxadmin.imap.shown import certificate_of
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import mailbox_facts, watch
from mailboxadmin.store.backup import database_file

#: A certificate that is still the same is noted again after this time.
NOTED_FOR = timedelta(days=1)
#: A little less than an hour, so that an hourly job is never early.
WATCH_EVERY = timedelta(minutes=55)


def note_certificate(deps: Deps, account: Account, session: Session) -> None:
    """Remember which certificate the server showed; once a day while it is the same.

    A pinned one is not: its days are for whoever pinned it.

    Raises:
        StoreUnavailable: it cannot be kept.
    """
    if account.pinned:
        return
    shown = certificate_of(session, account.server)
    if shown is None:
        return
    now, server = deps.clock.now(), f"{account.server.host}:{account.server.port}"
    noted = deps.certificates.get(server)
    if noted is not None and noted[0] == shown.fingerprint and now - noted[1] < NOTED_FOR:
        return
    deps.certificates[server] = (shown.fingerprint, now)
    with deps.store.write(background=True) as db:
        watch.note_certificate(db, server, shown, now)


def keep_watch(deps: Deps) -> None:
    """How much room there is, and how often mail comes; nothing when that is known of this hour.

    Raises:
        StoreUnavailable: the database cannot be used.
    """
    now = deps.clock.now()
    with deps.store.read() as db:
        if watch.room_since(db, now - WATCH_EVERY):
            return
    free = shutil.disk_usage(database_file(deps.store.engine).parent).free
    with deps.store.write(background=True) as db:
        watch.note_room(db, now, free, forget_before=now - PACE_OVER - timedelta(days=1))
    with deps.store.read() as db:
        before = mailbox_facts.usual_gaps(db)
        ids = watch.every_mailbox(db)
    for mailbox_id in ids:
        _note_gap(deps, mailbox_id, before.get(mailbox_id))


def _note_gap(deps: Deps, mailbox_id: int, before: int | None) -> None:
    """One short transaction a mailbox, and none when nothing changed."""
    with deps.store.read() as db:
        gap = usual_gap(watch.newest_received(db, mailbox_id, HISTORY))
    seconds = round(gap.total_seconds()) if gap is not None else None
    if seconds != before:
        with deps.store.write(background=True) as db:
            if mailbox_id in watch.every_mailbox(db):
                mailbox_facts.note_usual_gap(db, mailbox_id, seconds)
