"""What a mailbox must hold after a sync, by the rules alone: a model to compare the product with.

    rows of before + what the server has --> rows of after, and what the server has then

- What is on the server is here, with its bytes, flags and folder; what has vanished is
  kept and marked removed; nothing is here twice.
- What is shown as read follows the server's own flag when that changes. A click holds
  until then; one that is to be sent is sent first, and wins.
- A folder that is numbered anew gives each message its new number by its bytes; clicks
  of before can no longer be sent, and the server's state is shown again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mailboxadmin.domain.message import SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message here."""

    #: Its row; None for one that is to come.
    id: int | None
    folder: str
    uid: int | None
    raw: bytes
    removed: bool
    shown: bool
    server_seen: bool
    #: What waits to be sent.
    click: bool | None

    @property
    def what_counts(self) -> tuple[object, ...]:
        """Without the row's number."""
        uid = -1 if self.uid is None else self.uid
        click = "none" if self.click is None else str(self.click)
        return self.folder, uid, self.raw, self.removed, self.shown, self.server_seen, click


@dataclass(frozen=True, slots=True, kw_only=True)
class OnServer:
    """A folder there: bytes and flags by UID."""

    uid_validity: int
    messages: Mapping[int, tuple[bytes, frozenset[str]]]


@dataclass(slots=True)
class Model:
    """A mailbox of some folders."""

    sends: bool = False
    rows: list[Kept] = field(default_factory=list)
    validities: dict[str, int] = field(default_factory=dict)

    def click(self, ids: Iterable[int], *, seen: bool) -> None:
        """A person marks messages as read or unread."""
        chosen = set(ids)
        self.rows = [self._clicked(row, seen) if row.id in chosen else row for row in self.rows]

    def _clicked(self, row: Kept, seen: bool) -> Kept:
        if not self.sends:
            return replace(row, shown=seen, click=None)
        already = row.click is None and row.shown is seen and row.server_seen is seen
        if row.removed or already:
            return replace(row, shown=seen)
        return replace(row, shown=seen, click=seen)

    def sync(self, server: Mapping[str, OnServer]) -> dict[str, dict[int, frozenset[str]]]:
        """A run that ends; the flags that the server has then, by folder and UID."""
        flags: dict[str, dict[int, frozenset[str]]] = {}
        after: list[Kept] = []
        for name, folder in server.items():
            flags[name] = {uid: said for uid, (_, said) in folder.messages.items()}
            anew = self.validities.get(name, folder.uid_validity) != folder.uid_validity
            rows = [row for row in self.rows if row.folder == name]
            rows = [self._told(row, flags[name], anew) for row in rows]
            after += _pulled(name, rows, folder, flags[name], anew)
            self.validities[name] = folder.uid_validity
        self.rows = after
        return flags

    def _told(self, row: Kept, flags: dict[int, frozenset[str]], anew: bool) -> Kept:
        """What becomes of a click when the run begins; the server may have it in `flags` then."""
        if row.click is None:
            return row
        if not self.sends or row.removed or row.uid is None:
            return replace(row, click=None)
        if anew:
            return replace(row, click=None, shown=row.server_seen)
        if row.uid not in flags:
            return replace(row, click=None)
        said = flags[row.uid]
        flags[row.uid] = said | {SEEN} if row.click else said - {SEEN}
        return replace(row, click=None, server_seen=row.click)


def _pulled(
    name: str, rows: list[Kept], folder: OnServer, flags: dict[int, frozenset[str]], anew: bool
) -> list[Kept]:
    if anew:
        rows = [replace(row, uid=None) for row in rows]
    by_uid = {row.uid: row for row in rows if row.uid is not None}
    # One that was there until now before one long removed, and the oldest row of those.
    nameless = [row for row in rows if row.uid is None]
    nameless.sort(key=lambda row: (row.removed, row.id))
    after = []
    for uid, (raw, _) in folder.messages.items():
        seen = SEEN in flags[uid]
        row = by_uid.pop(uid, None)
        if row is None:
            row = next((each for each in nameless if each.raw == raw), None)
            if row is not None:
                nameless.remove(row)
        if row is None:
            row = _arrived(name, raw, seen)
        shown = row.shown if seen == row.server_seen else seen
        after.append(replace(row, uid=uid, removed=False, shown=shown, server_seen=seen))
    gone = [*by_uid.values(), *nameless]
    return after + [replace(row, removed=True) for row in gone]


def _arrived(name: str, raw: bytes, seen: bool) -> Kept:
    return Kept(
        id=None,
        folder=name,
        uid=None,
        raw=raw,
        removed=False,
        shown=seen,
        server_seen=seen,
        click=None,
    )
