"""The outbox against what the server says: kept, sent, or given up; each with its word in the log.

While a click waits it wins over what the server says. When the server has it, the click
waits no more; when the server cannot be told, what the server has is shown again. All
of it happens in a transaction of the caller's, so that the log says what was stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailboxadmin.domain.activity import SCHEDULER, Code, Entry, Level
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.clicks.numbers import NUMBERED_ANEW
from mailboxadmin.services.work.runs import Run
from mailboxadmin.store import flags as stored_flags
from mailboxadmin.store import read_changes
from mailboxadmin.store.activity import add_entry
from mailboxadmin.store.read_changes import Click

#: An entry names so many messages at most.
MOST_NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The folder that an entry is about, and the run that found it so."""

    run: Run
    folder_id: int
    #: The folder's name.
    name: str


def take_server_flags(
    db: Session, place: Place, flags: dict[int, frozenset[str]], now: datetime
) -> int:
    """Keep the server's flags of a folder, by UID, and say what that did; how many changed."""
    taken = stored_flags.take_over(db, place.folder_id, flags)
    read, unread = taken.conflicts[True], taken.conflicts[False]
    if read or unread:
        message = (
            f"{_messages(len(read) + len(unread))} in {place.name} changed here and on the "
            "server, differently; what was marked here holds and is sent there."
        )
        detail: dict[str, object] = {
            "count": len(read) + len(unread),
            "read_here_unread_there": read[:MOST_NAMED],
            "unread_here_read_there": unread[: MOST_NAMED - len(read[:MOST_NAMED])],
        }
        add_entry(db, _entry(place, Code.READ_STATUS_CONFLICT, Level.INFO, message, detail), now)
    if taken.shown:
        message = (
            f"{_messages(taken.shown)} in {place.name} {_are(taken.shown)} shown as read or "
            "unread now because the server says so."
        )
        # Somebody reads mail elsewhere all day long: that is no news, unless one asked for it.
        level = Level.ROUTINE if place.run.actor == SCHEDULER else Level.INFO
        entry = _entry(place, Code.READ_STATUS_PULLED, level, message, {"count": taken.shown})
        add_entry(db, entry, now)
    return taken.changed


def settle(
    db: Session, place: Place, told: Sequence[tuple[Click, frozenset[str]]], now: datetime
) -> None:
    """The server has these now, with these flags."""
    if not told:
        return
    read_changes.settle(db, told)
    read = sum(click.seen for click, _ in told)
    message = f"The server has what was marked here in {place.name}: " + _read_and_unread(
        read, len(told) - read
    )
    detail: dict[str, object] = {"count": len(told), "read": read, "unread": len(told) - read}
    add_entry(db, _entry(place, Code.READ_STATUS_PUSHED, Level.INFO, message, detail), now)


def give_up(db: Session, place: Place, clicks: Sequence[Click], now: datetime, *, why: str) -> None:
    """The server cannot be told of these: they are shown as it has them, and that is said.

    Args:
        why: the end of the sentence "… cannot be marked on the server: …".
    """
    dropped = read_changes.drop_clicks(db, clicks)
    if not dropped:
        return
    read_changes.show_as_server(db, dropped)
    message = (
        f"{_messages(len(dropped))} marked here in {place.name} cannot be marked on the server: "
        f"{why} {'It is' if len(dropped) == 1 else 'They are'} shown as the server has "
        f"{'it' if len(dropped) == 1 else 'them'}."
    )
    _say_failed(db, place, Level.WARNING, message, dropped, now)


def fail_pending(db: Session, place: Place, now: datetime) -> None:
    """The folder was numbered anew: its UIDs are about to be forgotten, so nothing can be sent.

    Clicks on messages that have no UID anyway wait on.
    """
    clicks = read_changes.waiting_clicks(
        db, place.run.mailbox_id, folder_id=place.folder_id, with_uid=True
    )
    give_up(db, place, clicks, now, why=NUMBERED_ANEW)


def keep_here(
    db: Session, place: Place, clicks: Sequence[Click], now: datetime, *, why: str, level: Level
) -> None:
    """These are not sent, and are shown as they were marked."""
    dropped = read_changes.drop_clicks(db, clicks)
    if dropped:
        message = (
            f"What was marked here in {place.name} on {_messages(len(dropped))} is not sent to "
            f"the server: {why} It stays marked here."
        )
        _say_failed(db, place, level, message, dropped, now)


def _say_failed(
    db: Session, place: Place, level: Level, message: str, ids: Sequence[int], now: datetime
) -> None:
    detail: dict[str, object] = {"count": len(ids), "messages": list(ids[:MOST_NAMED])}
    add_entry(db, _entry(place, Code.READ_STATUS_FAILED, level, message, detail), now)


def _entry(
    place: Place, code: Code, level: Level, message: str, detail: dict[str, object]
) -> Entry:
    return Entry(
        code=code,
        level=level,
        message=message,
        actor=place.run.actor,
        mailbox_id=place.run.mailbox_id,
        run_id=place.run.id,
        detail={"folder": place.name, **detail},
    )


def _read_and_unread(read: int, unread: int) -> str:
    said = [f"{count} {word}" for count, word in ((read, "read"), (unread, "unread")) if count]
    return " and ".join(said) + "."


def _messages(count: int) -> str:
    return counted(count, "message")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
