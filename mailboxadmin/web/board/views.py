"""Handlers of the board."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.counted import counted
from mailboxadmin.services.overview.board import read_board
from mailboxadmin.services.overview.trying import try_case
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.board import bp
from mailboxadmin.web.board.bars import bars
from mailboxadmin.web.board.cards import card
from mailboxadmin.web.board.choice import Choice, tabs
from mailboxadmin.web.board.verdict import verdict
from mailboxadmin.web.page import read_beat

bp.add_app_template_global(bars, "bars")


@bp.get("/")
def index() -> Response | str:
    """The board; who is no admin is taken to the own mailbox."""
    person = current_person()
    if not person.is_admin:
        return redirect(_home(person.mailbox_id))
    board, choice = read_board(deps()), Choice.of(request.args)
    fragment = "HX-Request" in request.headers
    return render_template(
        "board/refreshed.html" if fragment else "board/index.html",
        board=board,
        verdict=verdict(board, person, read_beat(), deps().clock.now()),
        needing=[card(case, person) for case in board.needing],
        retrying=[card(case, person) for case in board.retrying],
        lines=choice.lines(board),
        choice=choice,
        tabs=list(tabs(board, choice)),
    )


@bp.post("/try-again")
def try_again() -> Response:
    """Have every mailbox of a case tried at once."""
    case = try_case(deps(), request.form.get("case", ""), actor=current_person().email)
    if case is None:
        flash("There is nothing to try again: that is over already.", "idle")
    else:
        said = f"Trying {counted(len(case.mailboxes), 'mailbox', 'mailboxes')} now."
        if case.finding.refused_credentials:
            said += " The server counts each try that it refuses, and may lock the account."
        flash(said, "wait")
    return redirect(url_for(".index"))


def _home(mailbox_id: int | None) -> str:
    if mailbox_id is None:
        return url_for("mailbox.own")
    return url_for("mailboxes.detail", mailbox_id=mailbox_id)
