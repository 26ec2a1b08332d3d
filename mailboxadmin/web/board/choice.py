"""Which mailboxes the board's list shows: of which state, and called what."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from werkzeug.datastructures import MultiDict

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.overview.board import Board, Line

_NAMES = {
    State.NEEDS_ACTION: "Needs someone",
    State.RETRYING: "Trying again",
    State.OK: "Fine",
    State.NEW: "New",
    State.PAUSED: "Paused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody chose to see."""

    #: None: every state.
    state: State | None
    #: Part of a name or an address; empty: everybody.
    find: str

    @classmethod
    def of(cls, asked: MultiDict[str, str]) -> "Choice":
        """The choice in an address; a state that there is not is none."""
        state = asked.get("state", "")
        return cls(
            state=State(state) if state in _NAMES else None, find=asked.get("find", "").strip()
        )

    def lines(self, board: Board) -> list[Line]:
        """The lines of the board that it lets through."""
        return [line for line in board.lines if self._is_in_state(line) and self._is_called(line)]

    def _is_in_state(self, line: Line) -> bool:
        return self.state in (None, line.mailbox.state)

    def _is_called(self, line: Line) -> bool:
        names = f"{line.mailbox.owner_name} {line.mailbox.address}"
        return self.find.casefold() in names.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of the states to choose."""

    label: str
    count: int
    url: str
    here: bool


def tabs(board: Board, choice: Choice) -> Iterator[Tab]:
    """Every state that some mailbox is in, and the chosen one; what was searched for is kept."""
    find = choice.find or None
    yield Tab(
        label="All",
        count=len(board.lines),
        url=url_for("board.index", find=find),
        here=choice.state is None,
    )
    for state, label in _NAMES.items():
        count = board.count(state)
        if count or state is choice.state:
            url = url_for("board.index", state=state.value, find=find)
            yield Tab(label=label, count=count, url=url, here=state is choice.state)
