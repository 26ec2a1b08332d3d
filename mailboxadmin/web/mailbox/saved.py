"""After saving: fetch the mail at once where that can be done, and say what happens next."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import AlreadyRunning
from mailboxadmin.domain.mailbox import Check, State
from mailboxadmin.services.mailboxes.configure import MailboxConfig, read_config
from mailboxadmin.services.syncing.sync import start_sync
from mailboxadmin.services.work.runs import runs_as_saved
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.page import page_url


def after_saving(mailbox_id: int, check: Check | None, *, actor: str) -> Response:
    """Start the sync and go to the mailbox's page, or stay when there is nothing to sync."""
    config = read_config(deps(), mailbox_id)
    if config.configured and config.state is not State.PAUSED:
        _sync(mailbox_id, tried=check is not None, actor=actor)
        return _go(page_url(f"/mailboxes/{mailbox_id}"))
    flash(_waits_for(config), "wait")
    own = current_person().mailbox_id == mailbox_id
    return _go(url_for("mailbox.own") if own else url_for("mailbox.config", mailbox_id=mailbox_id))


def _sync(mailbox_id: int, *, tried: bool, actor: str) -> None:
    saved = "Saved." if tried else "Saved without a test that worked."
    try:
        start_sync(deps(), mailbox_id, actor=actor)
    except AlreadyRunning:
        # The scheduler may have been a moment faster.
        if not runs_as_saved(deps(), mailbox_id):
            flash(f"{saved} A sync that began before goes on; the next one uses it.", "ok")
            return
    flash(f"{saved} The mail is being fetched.", "ok" if tried else "wait")


def _waits_for(config: MailboxConfig) -> str:
    if config.state is State.PAUSED:
        return "Saved. The mailbox stays paused until it is resumed."
    if config.suits in config.apps:
        return "Saved. It is still to be connected: its owner does that under Mailbox Config."
    return "Saved. The password is still missing: its owner enters it under Mailbox Config."


def _go(where: str) -> Response:
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": where})
    return redirect(where)
