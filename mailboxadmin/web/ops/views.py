"""Handlers for monitors and browsers."""

from hmac import compare_digest
from pathlib import Path

from flask import Response, abort, current_app, render_template, request, send_from_directory
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from mailboxadmin.services.warning.figures import read_figures
from mailboxadmin.services.work.beat import healthy
from mailboxadmin.web import deps
from mailboxadmin.web.ops import bp
from mailboxadmin.web.ops.exposition import exposition
from mailboxadmin.web.ops.pages import page_figures


@bp.get("/healthz")
def healthz() -> Response:
    """200 while the database answers and mailboxes are being checked, else 503."""
    well = healthy(deps(), expected=current_app.config["SCHEDULER_EXPECTED"])
    words = "ok\n" if well else "not ok\n"
    return Response(words, 200 if well else 503, mimetype="text/plain")


@bp.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus, for who has the token; without a token there is no such page."""
    token = current_app.config["METRICS_TOKEN"]
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("", 401, headers={"WWW-Authenticate": "Bearer"})
    figures = read_figures(deps(), scheduler_expected=current_app.config["SCHEDULER_EXPECTED"])
    return Response(exposition(figures, page_figures()), content_type=CONTENT_TYPE_LATEST)


@bp.get("/beat")
def beat() -> str:
    """The beat line and the banners, for pages that stay open."""
    banners = (render_template(name, swap=True) for name in ("_alarm.html", "_recording.html"))
    return "".join((render_template("_beat.html"), *banners))


@bp.get("/favicon.ico")
def favicon() -> Response:
    """The mark, where browsers look for it without asking."""
    folder = Path(str(current_app.static_folder)) / "img"
    return send_from_directory(folder, "favicon.svg", mimetype="image/svg+xml")
