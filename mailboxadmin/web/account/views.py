"""Handlers of one's own account."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mailboxadmin.services.staff.own_sessions import (
    end_other_sessions,
    end_own_session,
    list_own_sessions,
)
from mailboxadmin.web import current_person, deps, signed_in
from mailboxadmin.web.account import bp


@bp.get("")
def index() -> str:
    """Who one is here, and in which browsers."""
    found = list_own_sessions(deps(), current_person().id, signed_in.token())
    return render_template("account/index.html", sessions=found)


@bp.post("/sessions/<handle>/end")
def end(handle: str) -> Response:
    """Sign out in another browser; in this one it is the same as *Sign out*."""
    ended = end_own_session(deps(), current_person().id, handle)
    flash("That browser is signed out." if ended else "It was signed out already.", "ok")
    return redirect(url_for(".index"))


@bp.post("/sessions/end-others")
def end_others() -> Response:
    """Sign out everywhere but here."""
    count = end_other_sessions(deps(), current_person().id, signed_in.token())
    browsers = "One other browser is" if count == 1 else f"{count} other browsers are"
    flash(f"{browsers} signed out." if count else "You were signed in nowhere else.", "ok")
    return redirect(url_for(".index"))
