"""7. Read status: for whom it is sent, what waits, what could not be sent, and what has no UID."""

from datetime import timedelta

from mailboxadmin.domain.activity import Code, Level
from mailboxadmin.domain.counted import counted
from mailboxadmin.services.checklist.answer import Found, Point, Verdict, to_do
from mailboxadmin.services.checklist.look import Box, Look
from mailboxadmin.store import checklist as rows

WEEK = timedelta(days=7)


def read_status(look: Look) -> Found:
    """On or off, waiting, failed, without UID, and whether the server allows it."""
    above = look.entries_since(WEEK)
    with look.deps.store.read() as db:
        failed = rows.count_by_mailbox(db, Code.READ_STATUS_FAILED, Level.WARNING, above)
        waiting = rows.waiting_by_mailbox(db)
    no_uid = look.without_uid
    on = [box for box in look.boxes if box.configured and box.effective.pushes_read_status]
    points: list[Point] = []
    for box in look.boxes:
        if box.configured:
            points += _points(box, failed.get(box.id, 0), waiting.get(box.id, 0), no_uid[box.id])
    counts = _counts(look, on, waiting)
    return Found(
        summary=" ".join(filter(None, (counts, _said(points)))),
        head=counts,
        fix=to_do(tuple(points)),
        points=tuple(points),
        word=_word(points),
    )


def _counts(look: Look, on: list[Box], waiting: dict[int, int]) -> str:
    all_of = sum(box.configured for box in look.boxes)
    said = [f"On for {len(on)} of {counted(all_of, 'mailbox', 'mailboxes')}."]
    if waiting:
        clicks = sum(waiting.values())
        said.append(f"{counted(clicks, 'click waits', 'clicks wait')} for the next sync.")
    no_uid = look.without_uid.total()
    if no_uid:
        have = counted(no_uid, "message has", "messages have")
        said.append(
            f"{have} no UID yet: looked for on the server at each sync, by Message-ID and size; "
            "until found, a click on one stays here."
        )
    return " ".join(said)


def _said(points: list[Point]) -> str:
    return " ".join(point.what for point in points if not point.verdict.fine)


def _word(points: list[Point]) -> str:
    failing = {point.mailbox_id for point in points if not point.verdict.fine}
    return counted(len(failing), "mailbox", "mailboxes") if failing else ""


def _points(box: Box, failed: int, waiting: int, no_uid: int) -> list[Point]:
    found = []
    on = box.effective.pushes_read_status
    if failed:
        found.append(
            (
                f"What {box.who} marked could not be sent {counted(failed, 'time')} in 7 days.",
                f"See why in the activity of {box.who} (read_status.failed).",
                Verdict.LOOK,
            )
        )
    if on and box.allows_read_status is False:
        found.append(
            (
                f"{box.who}’s server does not allow it.",
                "Switch sync_read_status off there, or have the mail host allow it.",
                Verdict.LOOK,
            )
        )
    if waiting or no_uid:
        state = "On" if on else "Off"
        found.append(
            (
                f"{state} for {box.who}: {counted(waiting, 'click')} waiting, "
                f"{counted(no_uid, 'message')} without UID; {_allowed(box)}.",
                "",
                Verdict.OK,
            )
        )
    return [
        Point(what=what, fix=fix, verdict=verdict, mailbox_id=box.id, who=box.who)
        for what, fix, verdict in found
    ]


def _allowed(box: Box) -> str:
    """What is known of the server: it tells when a folder is opened to send something."""
    allowed = box.allows_read_status
    if allowed is None:
        return "whether the server allows it shows when the first click is sent"
    return "the server allows it" if allowed else "the server does not allow it"
