"""Handlers of troubleshooting."""

from flask import Response, render_template, request

from mailboxadmin.services.board import read_cases
from mailboxadmin.services.doctor import as_rows, examine
from mailboxadmin.services.expiring import read_expiring
from mailboxadmin.services.sign_ins import list_sign_ins
from mailboxadmin.services.unknown import read_unknown, unknown_as_rows
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.board.cards import card
from mailboxadmin.web.rungs import LABELS
from mailboxadmin.web.troubleshooting import bp, verdict
from mailboxadmin.web.troubleshooting.evidence import evidence

bp.add_app_template_filter(evidence)
bp.add_app_template_filter(LABELS.__getitem__, "rung_label")
#: So many of what nobody knows are on the page; the download has all.
SHOWN = 20


@bp.get("/troubleshooting")
def index() -> str:
    """How we are ourselves, what is broken, what ends soon, how all sign in, what nobody knows."""
    rows = as_rows(examine(deps(), at_a_glance=True, browser_url=request.url_root))
    answers = read_unknown(deps())
    # What needs someone first; of those, what holds up most mailboxes.
    cases = sorted(read_cases(deps()), key=lambda case: not case.needs_someone)
    return render_template(
        "troubleshooting/index.html",
        sentence=verdict.sentence(rows),
        remark=verdict.remark(cases),
        rows=rows,
        cards=[card(case, current_person()) for case in cases],
        expiring=read_expiring(deps()),
        sign_ins_found=list_sign_ins(deps()),
        answers=answers[:SHOWN],
        more=len(answers[SHOWN:]),
    )


@bp.get("/troubleshooting/answers.toml")
def answers() -> Response:
    """All that nobody knows, as rows to paste into the catalogue."""
    headers = {"Content-Disposition": "attachment; filename=answers.toml"}
    return Response(unknown_as_rows(deps()), mimetype="application/toml", headers=headers)
