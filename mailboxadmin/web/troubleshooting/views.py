"""Handlers of troubleshooting."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailboxadmin.services.checklist.look import Look
from mailboxadmin.services.checklist.overview import overview
from mailboxadmin.services.overview.sign_ins import list_sign_ins
from mailboxadmin.services.trouble.bundle import bundle_parts, make_bundle
from mailboxadmin.services.trouble.doctor import as_rows, examine
from mailboxadmin.services.trouble.run_all import (
    AllRunning,
    read_run_all,
    start_run_all,
    stop_run_all,
)
from mailboxadmin.services.verdict.unknown import read_unknown, unknown_as_rows
from mailboxadmin.services.warning.warnings import read_warnings
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.rungs import LABELS
from mailboxadmin.web.troubleshooting import bp, verdict
from mailboxadmin.web.troubleshooting.evidence import evidence

bp.add_app_template_filter(evidence)
bp.add_app_template_filter(LABELS.__getitem__, "rung_label")
#: So many of what nobody knows are on the page; the download has all.
SHOWN = 20


@bp.get("/troubleshooting")
def index() -> str:
    """The seven checks; below them what will break, and what nobody knows."""
    look = Look(deps(), browser_url=request.url_root)
    if "HX-Request" in request.headers:
        return render_template("troubleshooting/_checks.html", **_checks(look))
    answers = read_unknown(deps())
    return render_template(
        "troubleshooting/index.html",
        **_checks(look),
        foreseen=read_warnings(deps(), look),
        answers=answers[:SHOWN],
        more=len(answers[SHOWN:]),
    )


def _checks(look: Look) -> dict[str, object]:
    rows = as_rows(examine(deps(), at_a_glance=True, look=look))
    run, now = read_run_all(deps()), deps().clock.now()
    return {
        "sentence": verdict.sentence(rows),
        "remark": verdict.remark(run, now),
        "rows": rows,
        "run": run,
    }


@bp.get("/troubleshooting/mailboxes")
def mailboxes() -> str:
    """Every mailbox: how it signs in, what is in force and where from, its read status."""
    lines = overview(Look(deps(), browser_url=request.url_root))
    return render_template(
        "troubleshooting/mailboxes.html", lines=lines, sign_ins_found=list_sign_ins(deps())
    )


@bp.post("/troubleshooting/run-all")
def run_all() -> AnyResponse:
    """Test every mailbox side by side; the page shows how far it is."""
    try:
        start_run_all(deps(), actor=current_person().email)
    except AllRunning as fault:
        flash(str(fault))
    return redirect(url_for(".index"))


@bp.post("/troubleshooting/stop")
def stop() -> AnyResponse:
    """End that."""
    stop_run_all(deps(), actor=current_person().email)
    return redirect(url_for(".index"))


@bp.get("/troubleshooting/bundle")
def bundle() -> str:
    """Exactly what is in the support bundle, before anybody downloads it."""
    return render_template("troubleshooting/bundle.html", parts=bundle_parts(deps()))


@bp.post("/troubleshooting/bundle")
def download() -> Response:
    """The support bundle."""
    file = Response(make_bundle(deps(), actor=current_person().email), mimetype="application/zip")
    name = f"mailboxadmin-{deps().clock.now():%Y%m%d-%H%M}.zip"
    file.headers["Content-Disposition"] = f"attachment; filename={name}"
    return file


@bp.get("/troubleshooting/answers.toml")
def answers() -> Response:
    """All that nobody knows, as rows to paste into the catalogue."""
    file = Response(unknown_as_rows(deps()), mimetype="application/toml")
    file.headers["Content-Disposition"] = "attachment; filename=answers.toml"
    return file
