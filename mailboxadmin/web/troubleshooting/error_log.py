"""The program's own errors, with their tracebacks."""

from flask import render_template, request

from mailboxadmin.services.machine.error_log import last_errors
from mailboxadmin.services.machine.log_file import log_file
from mailboxadmin.web import deps
from mailboxadmin.web.troubleshooting import bp


@bp.get("/troubleshooting/log")
def error_log() -> str:
    """The last ones, or the one whose number a page showed."""
    number = request.args.get("id", "").strip()[:20]
    return render_template(
        "troubleshooting/log.html",
        errors=last_errors(deps(), number),
        number=number,
        file=log_file(deps().instance),
    )
