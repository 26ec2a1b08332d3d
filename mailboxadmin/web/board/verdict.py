"""The answer in one sentence, before everything else on the board."""

from dataclasses import dataclass

from mailboxadmin.domain.mailbox import State
from mailboxadmin.services.board import Board
from mailboxadmin.web.words import number_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, and what goes with it in small print."""

    sentence: str
    remark: str


def verdict(board: Board) -> Verdict:
    """How the mailboxes are, all in all."""
    if not board.lines:
        return Verdict(
            sentence="No mailboxes yet.",
            remark="They come with the people: add the first staff member.",
        )
    if not board.connected:
        return Verdict(
            sentence="No mailbox is connected yet.",
            remark="Each person connects their own with the invitation, or you do it for them.",
        )
    if board.coming == board.connected:
        return Verdict(sentence="The first sync is on its way.", remark=_remark(board))
    return Verdict(sentence=_sentence(board), remark=_remark(board))


def _sentence(board: Board) -> str:
    things = len(board.needing)
    if things:
        verb = "thing needs" if things == 1 else "things need"
        return f"{number_word(things)} {verb} someone. {_fine(board)}"
    if board.retrying:
        return f"Nobody needs to do anything. {_fine(board)}"
    return _fine(board)


def _fine(board: Board) -> str:
    fine, known = board.count(State.OK), board.connected - board.coming
    if fine == known:
        return "The mailbox is fine." if fine == 1 else f"All {fine} mailboxes are fine."
    if not fine:
        return "No mailbox is fine." if known > 1 else "The only mailbox is not fine."
    return f"{fine} of {known} mailboxes {'is' if fine == 1 else 'are'} fine."


def _remark(board: Board) -> str:
    parts = []
    if board.needing or board.retrying:
        parts.append("Nothing was lost: what could not be fetched waits on the servers.")
    for count, words in (
        (board.count(State.PAUSED), "paused"),
        (board.coming, "waiting for the first sync"),
        (len(board.lines) - board.connected, "not connected yet"),
    ):
        if count:
            parts.append(f"{number_word(count)} {'is' if count == 1 else 'are'} {words}.")
    return " ".join(parts)
