"""Who may ask for what: the one table of it, and the guard that reads it before every request.

An endpoint that does not stand in `ROUTES` is a mistake of ours and fails loudly; a
forgotten line can never open a page.
"""

import logging
from enum import Enum, auto
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, redirect, request, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from mailboxadmin.domain.people import Person
from mailboxadmin.services.staff.setup import admin_exists
from mailboxadmin.web import deps, signed_in

log = logging.getLogger(__name__)


class Need(Enum):
    """What it takes to reach a route."""

    #: Nothing, not even that the office is set up.
    ALWAYS = auto()
    #: Nothing, once there is an admin.
    PUBLIC = auto()
    SIGNED_IN = auto()
    #: The owner of the mailbox in the address, or an admin.
    OWNER = auto()
    #: The owner of the mailbox in the address, and nobody else.
    SELF = auto()
    ADMIN = auto()


#: Every endpoint, in the order of the alphabet. OWNER and SELF need `<int:mailbox_id>`.
ROUTES: dict[str, Need] = {
    "account.end": Need.SIGNED_IN,
    "account.end_others": Need.SIGNED_IN,
    "account.index": Need.SIGNED_IN,
    "activity.csv": Need.SIGNED_IN,
    "activity.index": Need.SIGNED_IN,
    "auth.invitation": Need.PUBLIC,
    "auth.login": Need.PUBLIC,
    "auth.logout": Need.PUBLIC,
    "auth.password": Need.SIGNED_IN,
    "auth.setup": Need.ALWAYS,
    "board.index": Need.SIGNED_IN,
    "board.try_again": Need.ADMIN,
    "certificate.end": Need.ADMIN,
    "certificate.index": Need.ADMIN,
    "certificate.stop": Need.ADMIN,
    "certificate.trust": Need.ADMIN,
    "debug.delete": Need.OWNER,
    "debug.delete_all": Need.ADMIN,
    "debug.delete_theirs": Need.OWNER,
    "debug.download": Need.OWNER,
    "debug.index": Need.ADMIN,
    "debug.off": Need.ADMIN,
    "debug.on": Need.ADMIN,
    "debug.recording": Need.OWNER,
    "debug.recordings": Need.OWNER,
    # One's own mail only, an admin's too: see `mail.own`.
    "mail.body": Need.SIGNED_IN,
    "mail.download": Need.SIGNED_IN,
    "mail.failed": Need.SIGNED_IN,
    "mail.file": Need.SIGNED_IN,
    "mail.index": Need.SIGNED_IN,
    "mail.letter": Need.SIGNED_IN,
    "mail.mark": Need.SIGNED_IN,
    "mail.news": Need.SIGNED_IN,
    "mail.part": Need.SIGNED_IN,
    "mail.pictures": Need.SIGNED_IN,
    "mail.search": Need.SIGNED_IN,
    "mail.source": Need.SIGNED_IN,
    "mail.undo": Need.SIGNED_IN,
    "mail_export.index": Need.SIGNED_IN,
    "mail_export.save": Need.SIGNED_IN,
    "mailbox.config": Need.OWNER,
    "mailbox.make": Need.ADMIN,
    "mailbox.own": Need.SIGNED_IN,
    "mailbox.progress": Need.OWNER,
    "mailbox.submit": Need.OWNER,
    "mailbox.submit_own": Need.SIGNED_IN,
    "mailboxes.ask": Need.OWNER,
    "mailboxes.cancel": Need.OWNER,
    "mailboxes.detail": Need.OWNER,
    "mailboxes.link": Need.ADMIN,
    "mailboxes.pause": Need.OWNER,
    "mailboxes.progress": Need.OWNER,
    "mailboxes.resume": Need.OWNER,
    "mailboxes.sync": Need.OWNER,
    "oauth.ask": Need.OWNER,
    "oauth.ask_own": Need.SIGNED_IN,
    # Who is sent to a provider may be there by a link, and be nobody here.
    "oauth.callback": Need.PUBLIC,
    "oauth.connect": Need.PUBLIC,
    "oauth.end": Need.OWNER,
    "oauth.end_own": Need.SIGNED_IN,
    "oauth.result": Need.PUBLIC,
    "oauth.returned": Need.PUBLIC,
    "ops.beat": Need.SIGNED_IN,
    "ops.favicon": Need.ALWAYS,
    "ops.healthz": Need.ALWAYS,
    "ops.metrics": Need.ALWAYS,
    # Not there at all outside the sample office.
    "rehearsal.end": Need.ADMIN,
    "rehearsal.index": Need.ADMIN,
    "rehearsal.play": Need.ADMIN,
    "repair.mend": Need.PUBLIC,
    "settings.index": Need.ADMIN,
    "settings.notifications": Need.ADMIN,
    "settings.oauth": Need.ADMIN,
    "settings.save": Need.ADMIN,
    "settings.save_notifications": Need.ADMIN,
    "settings.save_oauth": Need.ADMIN,
    "staff.add": Need.ADMIN,
    "staff.add_csv": Need.ADMIN,
    "staff.change": Need.ADMIN,
    "staff.delete": Need.ADMIN,
    "staff.disable": Need.ADMIN,
    "staff.enable": Need.ADMIN,
    "staff.erasure": Need.ADMIN,
    "staff.index": Need.ADMIN,
    "staff.invite": Need.ADMIN,
    "static": Need.ALWAYS,
    "troubleshooting.answers": Need.ADMIN,
    "troubleshooting.bundle": Need.ADMIN,
    "troubleshooting.download": Need.ADMIN,
    "troubleshooting.error_log": Need.ADMIN,
    "troubleshooting.index": Need.ADMIN,
    "troubleshooting.mailboxes": Need.ADMIN,
    "troubleshooting.run_all": Need.ADMIN,
    "troubleshooting.stop": Need.ADMIN,
}


def init_app(app: Flask) -> None:
    """Guard every request: first who asks for what, then the CSRF token of what is sent."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    signed_in.init_app(app)
    app.before_request(_guard)
    CSRFProtect(app)


def current_person() -> Person:
    """Who is signed in.

    Raises:
        RuntimeError: nobody is; the route's line in `ROUTES` lets everybody in.
    """
    person = signed_in.person()
    if person is None:
        raise RuntimeError(f"{request.endpoint} asks who is signed in, and is open to everybody")
    return person


def is_allowed(need: Need, person: Person, mailbox_id: int | None) -> bool:
    """Whether somebody who is signed in reaches a route with that need.

    Args:
        mailbox_id: the mailbox in the address; None when there is none.
    """
    if need is Need.ADMIN:
        return person.is_admin
    if need not in (Need.OWNER, Need.SELF):
        return True
    own = mailbox_id is not None and person.mailbox_id == mailbox_id
    return own or (need is Need.OWNER and person.is_admin)


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this site, whatever the address asked for."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or not target.isprintable():
        # Browsers read \ as /, and drop tabs and line breaks.
        return "/"
    return target


def _guard() -> AnyResponse | None:
    if request.endpoint is None:
        return None  # nothing of that address: Flask answers 404 or 405
    need = ROUTES.get(request.endpoint)
    if need is None:
        raise RuntimeError(f"{request.endpoint} does not stand in web.access.ROUTES")
    if need is Need.ALWAYS:
        return None
    person = signed_in.person()
    if person is None and not admin_exists(deps()):
        return redirect(url_for("auth.setup"))
    if need is Need.PUBLIC:
        return None
    if person is None:
        return _to_sign_in()
    if not is_allowed(need, person, _mailbox_id(need)):
        log.warning("%s was refused %s %s", person.email, request.method, request.endpoint)
        # Not even whether it exists is told of another person's mailbox.
        abort(403 if need is Need.ADMIN else 404)
    return None


def _mailbox_id(need: Need) -> int | None:
    if need not in (Need.OWNER, Need.SELF):
        return None
    return cast(int, (request.view_args or {})["mailbox_id"])


def _to_sign_in() -> AnyResponse:
    if "HX-Request" in request.headers:
        # A fragment cannot show the sign-in page; the whole page goes there and comes back.
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        back = safe_next(page.path + (f"?{page.query}" if page.query else ""))
        where = url_for("auth.login", next=back)
        return Response(status=204, headers={"HX-Redirect": where})
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("auth.login", next=back if back != "/" else None))
