"""Debug mode switched on and off; it ends by itself.

    off ──on──► on ──off, or its time──► off
                 `── a run, a test looks when it connects, and every second while it talks

Whether it is on is asked of the clock, in every process and after every restart. The
row that stays behind only waits for the scheduler to note the end in the log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.clock import rfc3339
from mailboxadmin.domain.debug import LEAST_MINUTES, MOST_MINUTES, Switch
from mailboxadmin.domain.errors import InvalidInput, StoreUnavailable
from mailboxadmin.services.deps import Deps
from mailboxadmin.store import debug as rows
from mailboxadmin.store.activity import add_entries, add_entry
from mailboxadmin.store.mailboxes import all_with_address, mailbox_row


def switch_on(deps: Deps, *, mailbox_id: int | None, minutes: int, actor: str) -> Switch:
    """Record a mailbox, or all of them, for so many minutes from now.

    Raises:
        InvalidInput: not 1 to 1440 minutes.
        NotFound: there is no such mailbox.
    """
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise InvalidInput("minutes", f"Give {LEAST_MINUTES} to {MOST_MINUTES} minutes.")
    now = deps.clock.now()
    until = now + timedelta(minutes=minutes)
    with deps.store.write() as db:
        if mailbox_id is not None:
            mailbox_row(db, mailbox_id)
        _note_ended(db, (each for each in rows.all_switches(db) if not each.is_on(now)), now)
        switch_id = rows.put_switch(db, mailbox_id=mailbox_id, by=actor, now=now, until=until)
        switch = next(each for each in rows.all_switches(db) if each.id == switch_id)
        message = f"Debug mode is on for {_whom(switch)}: what is said to the mail server and by "
        message += "it is recorded, without secrets and contents. It ends by itself."
        detail = {"minutes": minutes, "until": rfc3339(until)}
        _log(db, _entry(Code.DEBUG_ENABLED, switch, message, actor, detail), now)
    return switch


def switch_off(deps: Deps, *, actor: str, switch_id: int | None = None) -> tuple[Switch, ...]:
    """End it before its time.

    Args:
        switch_id: this one; None ends all.

    Returns:
        What was on.
    """
    now = deps.clock.now()
    with deps.store.write() as db:
        found = rows.all_switches(db)
        _note_ended(db, (each for each in found if not each.is_on(now)), now)
        ended = [each for each in found if each.is_on(now) and switch_id in (None, each.id)]
        for switch in ended:
            rows.drop_switch(db, switch.id)
            message = f"Debug mode was switched off for {_whom(switch)}."
            _log(db, _entry(Code.DEBUG_DISABLED, switch, message, actor), now)
    return tuple(ended)


def end_due(deps: Deps) -> None:
    """Note in the log what has ended at its time; nothing is recorded since then in any case."""
    now = deps.clock.now()
    with deps.store.read() as db:
        if all(each.is_on(now) for each in rows.all_switches(db)):
            return
    with deps.store.write(background=True) as db:
        _note_ended(db, (each for each in rows.all_switches(db) if not each.is_on(now)), now)


def switches_on(deps: Deps) -> tuple[Switch, ...]:
    """What is on now, the switch for all mailboxes first."""
    now = deps.clock.now()
    with deps.store.read() as db:
        return tuple(each for each in rows.all_switches(db) if each.is_on(now))


def recorded_until(deps: Deps, mailbox_id: int) -> datetime | None:
    """Until when that mailbox is recorded; None when it is not, or nobody can tell."""
    try:
        with deps.store.read() as db:
            return rows.recorded_until(db, mailbox_id, deps.clock.now())
    except StoreUnavailable:
        return None


def _note_ended(db: Session, ended: Iterable[Switch], now: datetime) -> None:
    for switch in ended:
        rows.drop_switch(db, switch.id)
        message = f"Debug mode has ended at its time for {_whom(switch)}."
        detail = {"until": rfc3339(switch.until)}
        _log(db, _entry(Code.DEBUG_DISABLED, switch, message, SCHEDULER, detail), now)


def _log(db: Session, entry: Entry, now: datetime) -> None:
    """One line; of what is for all mailboxes one more for each, which its owner reads."""
    if entry.mailbox_id is None:
        everybody = [row.id for row, _ in all_with_address(db)]
        theirs = (replace(entry, mailbox_id=each, level=Level.ROUTINE) for each in everybody)
        add_entries(db, list(theirs), now)
    add_entry(db, entry, now)


def _whom(switch: Switch) -> str:
    return switch.address or "all mailboxes"


def _entry(
    code: Code, switch: Switch, message: str, actor: str, detail: Mapping[str, object] | None = None
) -> Entry:
    return Entry(
        code=code,
        level=Level.WARNING if code is Code.DEBUG_ENABLED else Level.INFO,
        message=message,
        actor=actor,
        mailbox_id=switch.mailbox_id,
        detail={"for": switch.address or "all", "by": switch.by, **(detail or {})},
    )
