"""Eight mailboxes in the middle of their life, each with something to do for the next sync."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailboxadmin.store import moves
from mailboxadmin.store.flag_changes import put_flags
from mailboxadmin.store.folders import folder_id
from tests.services.clicking import SEEN, mark, switch
from tests.services.filing import ANN, FLAGGED, allow, ids_of
from tests.support.dovecot import Dovecot
from tests.support.office import Box, Office

FOLDERS = ("INBOX", "Archive")
_FIRST = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A mailbox and what happened to it; a file to be imported before the sync, or None."""

    box: Box
    imported: Path | None = None


def letter(number: int, size: int = 200) -> bytes:
    """A message like no other, of about that size."""
    body = b"".join(b"Line %d of letter %d.\r\n" % (line, number) for line in range(size // 24))
    return b"Message-ID: <%d@crash>\r\nSubject: Letter %d\r\n\r\n" % (number, number) + body


#: Larger than what comes in one piece in `tests.support.crashing`.
BIG = letter(900, 4_000)


def deliver(server: Dovecot, box: Box, messages: Iterable[bytes], folder: str = "INBOX") -> None:
    """Put them there, each an hour after the one before; the server has numbered them then."""
    for hours, raw in enumerate(messages):
        server.deliver(box.account, raw, folder, internal_date=_FIRST + timedelta(hours=hours))
    server.status(box.account, folder)


def first_sync(office: Office, server: Dovecot, _place: Path) -> Scene:
    """Two folders, a big message, an empty one, twins, and a message without a header."""
    box = _mailbox(office, server)
    odd = [b"", b"\r\nNo header.\r\n"]
    deliver(server, box, [*map(letter, range(4)), BIG, letter(1), *odd])
    deliver(server, box, map(letter, range(10, 13)), "Archive")
    return Scene(box=box)


def incremental(office: Office, server: Dovecot, _place: Path) -> Scene:
    """New mail, a big one among it, in two folders, and flags of every kind."""
    box = _synced(office, server)
    server.add_flags(box.account, "INBOX", [1, 2, 3], SEEN)
    server.add_flags(box.account, "INBOX", [4, 5], "\\Flagged", "$Forwarded")
    deliver(server, box, [*map(letter, range(20, 24)), BIG])
    deliver(server, box, map(letter, range(30, 33)), "Archive")
    return Scene(box=box)


def flags_both_ways(office: Office, server: Dovecot, _place: Path) -> Scene:
    """Clicks that wait, on messages that changed on the server too and on others."""
    box = _synced(office, server, read=[5, 6, 7])
    switch(office, "yes")
    mark(office, box, [1, 2, 3], seen=True)
    mark(office, box, [5, 6], seen=False)
    # Told otherwise there: read, then flagged; and 1 is read there as it is here.
    server.add_flags(box.account, "INBOX", [1, 4], SEEN)
    server.add_flags(box.account, "INBOX", [2, 6], "\\Answered")
    server.remove_flags(box.account, "INBOX", [7], SEEN)
    server.expunge(box.account, "INBOX", [3])
    return Scene(box=box)


def removal(office: Office, server: Dovecot, _place: Path) -> Scene:
    """Mail that was deleted, and mail that was moved to another folder."""
    box = _synced(office, server)
    server.expunge(box.account, "INBOX", [2, 4, 8])
    server.move(box.account, "INBOX", [5, 6], "Archive")
    return Scene(box=box)


def numbered_anew(office: Office, server: Dovecot, _place: Path) -> Scene:
    """Another UIDVALIDITY; clicks that cannot be sent any more, new mail, and mail that is gone."""
    box = _synced(office, server, also=[BIG])
    switch(office, "yes")
    mark(office, box, [1, 2], seen=True)
    server.expunge(box.account, "INBOX", [3])
    server.add_flags(box.account, "INBOX", [4], SEEN)
    deliver(server, box, map(letter, range(20, 23)))
    server.change_uid_validity(box.account)
    return Scene(box=box)


def imported(office: Office, server: Dovecot, place: Path) -> Scene:
    """A file with mail of which the server has the most, a big one among it."""
    box = _synced(office, server)
    deliver(server, box, [letter(20), BIG, letter(21)])
    deliver(server, box, [letter(31), letter(30)], "Archive")
    place.mkdir()
    raws = [letter(1), letter(20), BIG, letter(30), letter(31), letter(40), letter(21), b""]
    for number, raw in enumerate(raws):
        (place / f"{number:02}.eml").write_bytes(raw)
    return Scene(box=box, imported=place)


def filing(office: Office, server: Dovecot, _place: Path) -> Scene:
    """Moves and flags that wait, to a folder that is synced and to one that is not."""
    box = _synced(office, server, also=[b"\r\nNo header.\r\n", letter(1)])
    server.create_folder(box.account, "Work")
    server.add_flags(box.account, "INBOX", [5], FLAGGED)
    office.sync(box)
    allow(office)
    # The ninth has no Message-ID, the tenth is the second once more; both are to be told apart.
    wanted = {1: "Archive", 2: "Archive", 9: "Archive", 10: "Archive", 3: "Work", 4: "Nowhere"}
    more: Any = {"actor": ANN, "now": office.clock.now()}
    ids = {uid: ids_of(office, box, [uid])[0] for uid in range(1, 11)}
    with office.deps.store.write() as db:
        targets = {ids[uid]: folder_id(db, box.id, name) for uid, name in wanted.items()}
        moves.put_moves(db, box.id, targets, **more)
        put_flags(db, box.id, [ids[1], ids[6], ids[7]], flagged=True, **more)
        put_flags(db, box.id, [ids[5]], flagged=False, **more)
    server.expunge(box.account, "INBOX", [7])
    deliver(server, box, [letter(20)])
    deliver(server, box, [letter(30)], "Archive")
    return Scene(box=box)


SCENES: dict[str, Callable[[Office, Dovecot, Path], Scene]] = {
    "first sync": first_sync,
    "incremental": incremental,
    "flags both ways": flags_both_ways,
    "removal": removal,
    "numbered anew": numbered_anew,
    "import": imported,
    "filing": filing,
    "filing without MOVE": filing,
}
#: The scenes that are played at a server which offers UIDPLUS, and neither MOVE nor CONDSTORE.
AT_EXCHANGE = frozenset({"filing without MOVE"})


def _mailbox(office: Office, server: Dovecot) -> Box:
    box = office.mailbox(server=server, folders=FOLDERS)
    server.create_folder(box.account, "Archive")
    return box


def _synced(
    office: Office, server: Dovecot, read: Iterable[int] = (), also: Iterable[bytes] = ()
) -> Box:
    """Eight letters and what else is wanted, of which some are read, here as on the server."""
    box = _mailbox(office, server)
    deliver(server, box, [*map(letter, range(8)), *also])
    if wanted := list(read):
        server.add_flags(box.account, "INBOX", wanted, SEEN)
    office.sync(box)
    return box
