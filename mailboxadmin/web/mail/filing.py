"""Handlers of archiving, deleting, marking as junk, moving and flagging."""

from flask import abort, flash, request
from werkzeug.wrappers import Response

from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.filing import Act, Kind
from mailboxadmin.services.reading.filing import Filed, flag_messages, move_messages
from mailboxadmin.services.reading.filing_failed import dismiss, try_again
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.mail import bp
from mailboxadmin.web.mail.own import own_mailbox
from mailboxadmin.web.mail.selected import back, selected


@bp.post("/file")
def file() -> Response:
    """Do with the selected messages what the button says."""
    wish = request.form.get("do", "")
    if wish not in set(Act):
        abort(400)
    ids = selected()
    if not ids:
        return back(None)
    try:
        filed = _filed(Act(wish), ids)
    except InvalidInput as fault:
        flash(fault.sentence, "wait")
        return back(None)
    if filed.left:
        are = "is" if filed.left == 1 else "are"
        flash(
            f"{counted(filed.left, 'message')} {are} not on the mail server, and left as before.",
            "idle",
        )
    return back(filed.undo)


@bp.post("/failed")
def failed() -> Response:
    """What the server could not be told: try it again, or let it be."""
    mailbox_id, wish = own_mailbox(), request.form.get("do")
    # From the page of a message about that one; from the list about all.
    ids = selected() if "id" in request.form else None
    if wish == "dismiss":
        changes = dismiss(deps(), mailbox_id, ids)
        flash(
            f"{counted(changes, 'change')} dismissed: the mail is as the mail server has it.", "ok"
        )
        return back(None)
    if wish != "again":
        abort(400)
    try:
        try_again(deps(), mailbox_id, ids, actor=current_person().email)
    except InvalidInput as fault:
        flash(fault.sentence, "wait")
    return back(None)


def _filed(act: Act, ids: list[int]) -> Filed:
    mailbox_id, actor = own_mailbox(), current_person().email
    if act.kind is Kind.FLAG:
        return flag_messages(deps(), mailbox_id, ids, flagged=act is Act.FLAG, actor=actor)
    # From the page of one message that one goes; a line of the list is a conversation.
    together = "alone" not in request.form
    folder = request.form.get("to", "")
    return move_messages(
        deps(), mailbox_id, ids, act, folder=folder, together=together, actor=actor
    )
