"""Handlers of the board."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.services.board import read_board
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.board import bp
from mailboxadmin.web.board.verdict import verdict


@bp.get("/")
def index() -> Response | str:
    """The board; who is no admin is taken to the own mailbox."""
    person = current_person()
    if not person.is_admin:
        return redirect(_home(person.mailbox_id))
    board, find = read_board(deps()), request.args.get("find", "").strip()
    said = verdict(board)
    lines = [
        line
        for line in board.lines
        if find.casefold() in f"{line.mailbox.owner_name} {line.mailbox.address}".casefold()
    ]
    template = "board/_board.html" if "HX-Request" in request.headers else "board/index.html"
    return render_template(template, board=board, lines=lines, verdict=said, find=find)


def _home(mailbox_id: int | None) -> str:
    if mailbox_id is None:
        return url_for("mailbox.own")
    return url_for("mailboxes.detail", mailbox_id=mailbox_id)
