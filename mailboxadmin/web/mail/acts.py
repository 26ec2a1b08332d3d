"""Handlers of what is done with messages: every one of them a form."""

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.counted import counted
from mailboxadmin.domain.errors import InvalidInput, NotFound
from mailboxadmin.services.reading.marking import mark_folder_read, mark_selected
from mailboxadmin.services.reading.picture_consent import allow_pictures, forbid_pictures
from mailboxadmin.services.reading.undoing import take_back
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.ids import number_in
from mailboxadmin.web.mail import bp
from mailboxadmin.web.mail.choice import Choice
from mailboxadmin.web.mail.own import own_mailbox
from mailboxadmin.web.mail.selected import back, selected


@bp.post("/mark")
def mark() -> Response:
    """Mark the selected messages, or all of the folder that is shown."""
    mailbox_id, actor, wish = own_mailbox(), current_person().email, request.form.get("do")
    if wish == "all-read":
        folder = number_in(request.form.get("in", "")) or 0
        return back(mark_folder_read(deps(), mailbox_id, folder, actor=actor))
    if wish not in ("read", "unread"):
        abort(400)
    return back(mark_selected(deps(), mailbox_id, selected(), seen=wish == "read", actor=actor))


@bp.post("/undo/<int:undo_id>")
def undo(undo_id: int) -> Response:
    """Take a click back."""
    try:
        changed = take_back(deps(), own_mailbox(), undo_id, actor=current_person().email)
        flash(f"Taken back: {counted(changed, 'message')} as before.", "ok")
    except (NotFound, InvalidInput) as fault:
        flash(str(fault), "idle")
    return back(None)


@bp.post("/<int:message_id>/pictures")
def pictures(message_id: int) -> Response:
    """Fetch pictures from elsewhere, for this message or its sender; or no more."""
    wish = request.form.get("do")
    if wish == "never":
        forbid_pictures(deps(), own_mailbox(), message_id)
    else:
        allow_pictures(deps(), own_mailbox(), message_id, always=wish == "always")
    address = Choice.of(request.form).address
    return redirect(url_for(".letter", message_id=message_id, **address))
