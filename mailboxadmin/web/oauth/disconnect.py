"""Handlers that end a permission: the owner's own, or an admin's on their behalf."""

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.oauth.endpoints import (
    GOOGLE_CONNECTIONS,
    MICROSOFT_CONSENTS,
    MICROSOFT_MY_APPS,
)
from mailboxadmin.services.overview.board import mailbox as read_mailbox
from mailboxadmin.services.sign_in.permission import Disconnected, disconnect
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.oauth import bp
from mailboxadmin.web.page import config_url
from mailboxadmin.web.words import linked

#: Where a person ends a permission at the provider.
PAGES = {
    AppKey.GMAIL: f"[Google account, Third-party apps]({GOOGLE_CONNECTIONS})",
    AppKey.OUTLOOK: f"[My Apps]({MICROSOFT_MY_APPS}) with a work or school account, "
    f"[Apps with access]({MICROSOFT_CONSENTS}) with a private one",
}


@bp.get("/oauth/disconnect")
def ask_own() -> Response | str:
    """Ask once more before the permission for one's own mailbox is ended."""
    mailbox_id = current_person().mailbox_id
    return redirect(url_for("mailbox.own")) if mailbox_id is None else ask(mailbox_id)


@bp.post("/oauth/disconnect")
def end_own() -> Response:
    """End the permission for one's own mailbox."""
    return end(current_person().mailbox_id or abort(404))


@bp.get("/mailboxes/<int:mailbox_id>/disconnect")
def ask(mailbox_id: int) -> Response | str:
    """Ask once more before a permission is ended."""
    mailbox = read_mailbox(deps(), mailbox_id)
    if mailbox.app is None:
        return redirect(config_url(mailbox))
    where = linked(PAGES[mailbox.app])
    return render_template("oauth/disconnect.html", mailbox=mailbox, app=mailbox.app, where=where)


@bp.post("/mailboxes/<int:mailbox_id>/disconnect")
def end(mailbox_id: int) -> Response:
    """End a permission; the mail is kept."""
    try:
        done = disconnect(deps(), mailbox_id, actor=current_person().email)
    except InvalidInput as fault:
        flash(fault.sentence, "wait")
    else:
        flash(linked(_said(done)), "ok" if done.revoked else "wait")
    return redirect(config_url(read_mailbox(deps(), mailbox_id)))


def _said(done: Disconnected) -> str:
    here = (
        f"Disconnected from {done.app.label}. The mail that is here is kept, and no new one comes."
    )
    company = done.app.company
    if done.revoked:
        return f"{here} {company} has ended the permission too."
    return f"{here} Nothing here can use the permission any more; to end it at {company} too: " + (
        f"{PAGES[done.app]}."
    )
