"""Asking whoever must act: a message to hand over, and for the owner a link to mend it in."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.overview.asking import Asking, Linked, ask_with_link, read_asking
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.mailboxes import bp
from mailboxadmin.web.mailboxes.letter import chat_about, letter_about


@bp.get("/ask")
def ask(mailbox_id: int) -> Response | str:
    """A message, ready to send, for whoever must act."""
    whole_office = current_person().is_admin
    asking = read_asking(deps(), mailbox_id, whole_office=whole_office)
    if asking is None:
        return redirect(url_for(".detail", mailbox_id=mailbox_id))
    return _page(asking)


@bp.post("/ask")
def link(mailbox_id: int) -> Response | str:
    """Make the link in which the owner mends it, and show it this once."""
    try:
        asking, linked = ask_with_link(deps(), mailbox_id, actor=current_person().email)
    except InvalidInput as fault:
        flash(fault.sentence, "wait")
        return redirect(url_for(".ask", mailbox_id=mailbox_id))
    return _page(asking, linked)


def _page(asking: Asking, linked: Linked | None = None) -> str:
    sender = current_person()
    page = f"{deps().base_url}{url_for('.detail', mailbox_id=asking.mailbox.id)}"
    return render_template(
        "mailboxes/ask.html",
        asking=asking,
        mailbox=asking.mailbox,
        letter=letter_about(asking, sender, page, linked),
        chat=chat_about(asking, sender, linked) if linked else "",
    )
