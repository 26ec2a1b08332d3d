"""Handlers that show the inbox: the list, and what a sync brought to it."""

from datetime import UTC, datetime

from flask import render_template, request
from werkzeug.wrappers import Response

from mailboxadmin.domain.inbox import COUNTED
from mailboxadmin.services.reading.inbox import Inbox, inbox_signs, read_inbox
from mailboxadmin.services.reading.retention import retention_notice
from mailboxadmin.services.reading.undoing import read_undo
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.ids import number_in
from mailboxadmin.web.mail import bp
from mailboxadmin.web.mail.choice import SHOWN, Choice, in_order
from mailboxadmin.web.mail.own import own_mailbox

Answer = Response | str


@bp.get("")
def index() -> Answer:
    """The list."""
    if current_person().mailbox_id is None:
        return render_template("mailbox/none.html")
    return render_template("mail/index.html", **shown())


@bp.get("/news")
def news() -> Answer:
    """The list anew when a sync brought something, or when it is time; else nothing."""
    signs = inbox_signs(deps(), own_mailbox())
    if signs == request.args.get("signs") and not _is_time():
        return Response(status=204)
    return render_template("mail/_list.html", **shown())


def shown() -> dict[str, object]:
    """What the list takes; the address says which part of it."""
    choice, did = Choice.of(request.args), number_in(request.args.get("did", ""))
    inbox: Inbox = read_inbox(deps(), own_mailbox(), choice.asked, everything=choice.everything)
    return {
        "undo": read_undo(deps(), own_mailbox(), did) if did is not None else None,
        "inbox": inbox,
        "purge": retention_notice(deps(), own_mailbox()),
        "choice": choice,
        "folders": in_order(inbox.folders),
        "filters": SHOWN,
        "counted": COUNTED,
        "now_s": int(deps().clock.now().timestamp()),
    }


def _is_time() -> bool:
    """The setting's time is over; of what makes no sense in the address, never."""
    since, every = (number_in(request.args.get(key, "")) for key in ("at", "every"))
    if since is None or every is None or every < 30:
        return False
    age = deps().clock.now() - datetime.fromtimestamp(min(since, 2**32), UTC)
    return age.total_seconds() >= every
