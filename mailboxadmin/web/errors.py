"""What a page says when it cannot be shown: plain words, and what to do now."""

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from mailboxadmin.domain.errors import NotFound, StoreUnavailable
from mailboxadmin.services.keeping.damage import damage_in
from mailboxadmin.services.trouble.failures import record_failure
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

_DAMAGED = (
    "What this page needs cannot be read ({reason}). Nothing was changed by this click, and what "
    "lies elsewhere in the database goes on. Whoever runs this server types mailboxadmin doctor: "
    "it names the last good backup and how it is put back."
)

#: When not even a page of ours can be made: without templates, styles or who is signed in.
_BARE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Something here is broken – Mailbox Admin</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Something here is broken.</h1>
<p>This is a fault of Mailbox Admin, not of yours. Your mail is safe. Try again; if it stays so,
tell the person who runs Mailbox Admin the number {number}: the log file has it.</p>
<p><a href="/">To the first page</a></p></main></body></html>
"""


def init_app(app: Flask) -> None:
    """Answer every fault with a page."""
    app.register_error_handler(CSRFError, _never_blank(_csrf_failed))
    app.register_error_handler(HTTPException, _never_blank(_refused))
    app.register_error_handler(NotFound, _never_blank(_not_found))
    app.register_error_handler(StoreUnavailable, _never_blank(_store_unavailable))
    app.register_error_handler(Exception, _never_blank(_failed))


def _never_blank(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The handler, whose own faults are answered, too."""

    @wraps(answer)
    def safe(fault: Exception) -> Any:
        try:
            return answer(fault)
        except Exception:
            number = _own_number()
            log.exception("a page for a fault could not be made (number %s)", number)
            return _BARE.format(number=number), 500

    return safe


def _page(
    status: int, title: str, text: str, number: str = "", *, log_page: bool = False
) -> tuple[str, int]:
    page = render_template(
        "errors/error.html",
        status=status,
        headline=title,
        text=text,
        number=number,
        log_page=log_page,
    )
    return page, status


def _csrf_failed(fault: CSRFError) -> Answer:
    return _page(400, *_CSRF)


def _refused(fault: HTTPException) -> Answer | HTTPException:
    status = fault.code or 500
    if status < 400:
        return fault
    if isinstance(fault, InternalServerError):
        # What went wrong around a view, such as in what is done after each request.
        original = fault.original_exception
        return _failed(original if isinstance(original, Exception) else fault)
    text = _PAGES.get(status, (f"{fault.name}.", fault.description or ""))
    page, status = _page(status, *text)
    # Such as Allow on 405 and Retry-After on 429.
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    return page, status, {name: value for name, value in fault.get_headers() if name in kept}


def _not_found(fault: NotFound) -> Answer:
    return _page(404, *_PAGES[404])


def _store_unavailable(fault: StoreUnavailable) -> Answer:
    log.error("%s %s: %s", request.method, _where(), fault)
    if reason := damage_in(fault):
        return _page(503, "The database is damaged.", _DAMAGED.format(reason=reason))
    words = f"{fault} Mail that was stored is safe; nothing was changed by this click."
    return _page(503, "The database cannot be used right now.", words)


def _failed(fault: Exception) -> Answer:
    number = _noted(fault)
    # The number first, so that it leads to the traceback in the file.
    log.error("%s %s failed (number %s)", request.method, _where(), number, exc_info=fault)
    words = "This is a fault of Mailbox Admin, not of yours. Your mail is safe. Try again; if it "
    words += f"stays so, tell the person who runs Mailbox Admin the number {number}: "
    words += "the activity log has it." if number.isdigit() else "the log file has it."
    person = signed_in.person()
    is_admin = person is not None and person.is_admin
    return _page(500, "Something here is broken.", words, number, log_page=is_admin)


def _noted(fault: Exception) -> str:
    """The number of its entry; where none can be written, one of its own."""
    try:
        entry = record_failure(deps(), fault, where=_where(), actor=_actor())
    except Exception:
        log.exception("a fault could not be noted")
        entry = None
    return str(entry) if entry is not None else _own_number()


def _own_number() -> str:
    """Stands in the log file only."""
    return f"L{secrets.token_hex(4)}"


def _where() -> str:
    """The page's name: an address may hold a token, or line breaks that would forge a log line."""
    return request.endpoint or "an address that does not exist"


def _actor() -> str:
    try:
        person = signed_in.person()
    except StoreUnavailable:
        person = None
    return person.email if person else "somebody not signed in"
