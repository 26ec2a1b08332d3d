"""What the log says of moves and flags."""

from collections.abc import Sequence

from mailboxadmin.domain.activity import Code, Entry, Level
from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.filing import Kind
from mailboxadmin.services.work.runs import Run

#: An entry names so many messages at most.
MOST_NAMED = 100


def requested_entry(
    mailbox_id: int, actor: str, kind: Kind, ids: Sequence[int], wish: str
) -> Entry:
    """Somebody wants something, or not any more.

    Args:
        wish: the end of a sentence, such as "flagged" or "moved to Archive".
    """
    return Entry(
        code=Code.FILING_REQUESTED,
        message=f"{messages(len(ids))} to be {wish}.",
        actor=actor,
        mailbox_id=mailbox_id,
        detail={"kind": kind.value, "count": len(ids), "messages": list(ids[:MOST_NAMED])},
    )


def failed_entry(run: Run, kind: Kind, folder: str, ids: Sequence[int], why: str) -> Entry:
    """The server could not be told."""
    what = "flagged" if kind is Kind.FLAG else "moved"
    return Entry(
        code=Code.FILING_FAILED,
        level=Level.WARNING,
        message=f"{messages(len(ids))} in {folder} could not be {what}: {why}",
        actor=run.actor,
        mailbox_id=run.mailbox_id,
        run_id=run.id,
        detail={
            "kind": kind.value,
            "folder": folder,
            "count": len(ids),
            "messages": list(ids[:MOST_NAMED]),
        },
    )


def messages(count: int) -> str:
    """So many messages, in words."""
    return counted(count, "message")
