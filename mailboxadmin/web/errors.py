"""What a page says when it cannot be shown: plain words, and what to do now."""

import logging

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from mailboxadmin.domain.errors import NotFound, StoreUnavailable
from mailboxadmin.services.failures import record_failure
from mailboxadmin.web import deps, signed_in

log = logging.getLogger(__name__)

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]

_PAGES = {
    400: (
        "That could not be understood.",
        "Something in the address or the form is not what this page takes. Go back and try again.",
    ),
    403: (
        "This page is for the admin.",
        "If you need something changed here, ask the person who runs Mailbox Admin.",
    ),
    404: (
        "There is nothing here.",
        "The address is mistyped, or what it named is gone, or it is not yours to see.",
    ),
    405: (
        "That does not work this way.",
        "This address takes a button’s click, not a visit. Open the page with the button.",
    ),
    413: (
        "That is too large.",
        "Forms and lists of people may be up to 1 MB. Send it in smaller parts.",
    ),
    429: ("That was too often.", "Wait a few minutes, then try again."),
}
_CSRF = (
    "This form has expired.",
    "The page was open for long, or you signed in anew meanwhile. Nothing was changed: go back, "
    "reload the page, and send it again. If it stays so, let your browser keep cookies for here.",
)


def init_app(app: Flask) -> None:
    """Answer every fault with a page."""
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(Exception, _failed)


def _page(status: int, title: str, text: str, number: int | None = None) -> tuple[str, int]:
    page = render_template(
        "errors/error.html", status=status, headline=title, text=text, number=number
    )
    return page, status


def _csrf_failed(fault: CSRFError) -> Answer:
    return _page(400, *_CSRF)


def _refused(fault: HTTPException) -> Answer | HTTPException:
    status = fault.code or 500
    if status < 400:
        return fault
    text = _PAGES.get(status, (f"{fault.name}.", fault.description or ""))
    page, status = _page(status, *text)
    # Such as Allow on 405 and Retry-After on 429.
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    return page, status, {name: value for name, value in fault.get_headers() if name in kept}


def _not_found(fault: NotFound) -> Answer:
    return _page(404, *_PAGES[404])


def _store_unavailable(fault: StoreUnavailable) -> Answer:
    log.error("%s %s: %s", request.method, _where(), fault)
    words = f"{fault} Mail that was stored is safe; nothing was changed by this click."
    return _page(503, "The database cannot be used right now.", words)


def _failed(fault: Exception) -> Answer:
    log.exception("%s %s failed", request.method, _where())
    number = record_failure(deps(), fault, where=_where(), actor=_actor())
    words = "This is a fault of Mailbox Admin, not of yours. Your mail is safe. Try again; if it "
    words += "stays so, tell the person who runs Mailbox Admin"
    words += f" the number {number}: the activity log has it." if number else "."
    return _page(500, "Something here is broken.", words, number)


def _where() -> str:
    """The page's name: an address may hold a token, or line breaks that would forge a log line."""
    return request.endpoint or "an address that does not exist"


def _actor() -> str:
    try:
        person = signed_in.person()
    except StoreUnavailable:
        person = None
    return person.email if person else "somebody not signed in"
