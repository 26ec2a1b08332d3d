"""Handlers of the rehearsals; without a sample office there is no such page."""

from itertools import groupby

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import NotFound
from mailboxadmin.domain.finding import Phase
from mailboxadmin.domain.rehearsal import Rehearsal, Scene
from mailboxadmin.services.overview import board
from mailboxadmin.web import current_person, deps, rehearsals
from mailboxadmin.web.rehearsal import bp
from mailboxadmin.web.rungs import LABELS

_ANYWHERE = "Anywhere"


@bp.get("/troubleshooting/rehearsal")
def index() -> str:
    """What is being played, and everything that can be; a page that waits asks for the first."""
    played = _rehearsal()
    page = "_standing" if "HX-Request" in request.headers else "index"
    return render_template(
        f"rehearsal/{page}.html",
        standing=played.standing,
        mailbox=board.mailbox(deps(), played.mailbox_id),
        groups=[(_label(phase), list(some)) for phase, some in groupby(played.scenes, _phase)],
    )


@bp.post("/troubleshooting/rehearsal/play/<code>")
def play(code: str) -> Response:
    """Begin to play a finding."""
    try:
        _rehearsal().play(code, actor=current_person().email)
    except NotFound:
        abort(404)
    return redirect(url_for(".index"))


@bp.post("/troubleshooting/rehearsal/end")
def end() -> Response:
    """Begin to let everything be well again."""
    _rehearsal().end(actor=current_person().email)
    return redirect(url_for(".index"))


def _rehearsal() -> Rehearsal:
    handed_over = rehearsals()
    if handed_over is None:
        abort(404)
    return handed_over


def _phase(scene: Scene) -> str:
    return scene.phase


def _label(phase: str) -> str:
    return LABELS[Phase(phase)] if phase in list(Phase) else _ANYWHERE
