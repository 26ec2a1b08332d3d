"""What people do with mail besides reading it, and the rules of telling the server.

a wish --> waits --> the server was asked --> done
             |              |                   `--> taken back: the opposite wish
             |              `--> no answer came --> looked for where it was to go
             `--> cannot be --> failed, with a reason: *Try again* or *Dismiss*
"""

from dataclasses import dataclass
from enum import StrEnum

from mailboxadmin.domain.special_use import SpecialUse


class Kind(StrEnum):
    """What is changed of a message; of each kind at most one change waits."""

    FLAG = "flag"
    MOVE = "move"


class Act(StrEnum):
    """What somebody asks for; the text is what a form sends."""

    FLAG = "flag"
    UNFLAG = "unflag"
    ARCHIVE = "archive"
    TRASH = "trash"
    SPAM = "spam"
    #: Back from one of these.
    INBOX = "inbox"
    #: To a folder that is named.
    MOVE = "move"

    @property
    def kind(self) -> Kind:
        """What it changes."""
        return Kind.FLAG if self in (Act.FLAG, Act.UNFLAG) else Kind.MOVE

    @property
    def use(self) -> SpecialUse | None:
        """The folder that it goes to has this use; None: it goes to none, or to one by name."""
        return _USES.get(self)


_USES = {
    Act.ARCHIVE: SpecialUse.ARCHIVE,
    Act.TRASH: SpecialUse.TRASH,
    Act.SPAM: SpecialUse.JUNK,
}


class WayToMove(StrEnum):
    """How a server moves messages."""

    #: RFC 6851.
    MOVE = "move"
    #: COPY, and an EXPUNGE that names its messages (RFC 4315).
    COPY = "copy"
    #: Neither: a plain EXPUNGE would take along what other programs marked as deleted.
    NONE = "none"


def way_to_move(capabilities: frozenset[str]) -> WayToMove:
    """The safest way that the server offers; capabilities in upper case."""
    if "MOVE" in capabilities:
        return WayToMove.MOVE
    return WayToMove.COPY if "UIDPLUS" in capabilities else WayToMove.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The server was asked to move a message, and its answer is not known yet."""

    folder_id: int
    #: The folder's numbers before it was asked: what it got since is at or above `uid_next`.
    uid_validity: int
    #: None when the server does not say.
    uid_next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """A change that the server could not be told of."""

    message_id: int
    kind: Kind
    #: Of a flag: what was wanted.
    flagged: bool | None
    #: Of a move: the folder's name.
    target: str | None
    #: A sentence.
    reason: str

    @property
    def sentence(self) -> str:
        """What was not done, and why."""
        if self.kind is Kind.FLAG:
            return f"{'Not flagged' if self.flagged else 'Still flagged'}. {self.reason}"
        return f"Not moved to {self.target}. {self.reason}"


def must_move(*, lies_in: int, wanted: int, asked: Asked | None) -> bool:
    """Whether the server has anything to be told, so that the message ends up where it is wanted.

    Args:
        lies_in: the folder that it is in on the server, as far as we know.
    """
    # While no answer came it may be in either: both are to be looked at.
    return asked is not None or lies_in != wanted
