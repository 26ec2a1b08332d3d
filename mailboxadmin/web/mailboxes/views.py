"""Handlers of one mailbox; `web.access` has let in its owner and the admins only."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import AlreadyRunning, InvalidInput
from mailboxadmin.domain.mailbox import Mailbox
from mailboxadmin.domain.run import Progress
from mailboxadmin.domain.timeline import Window
from mailboxadmin.services.mailboxes.pausing import pause_mailbox, resume_mailbox
from mailboxadmin.services.overview import board
from mailboxadmin.services.overview.history import read_history
from mailboxadmin.services.syncing.sync import start_sync
from mailboxadmin.services.verdict.pins import read_refused
from mailboxadmin.services.work.runs import cancel_run, current_run, read_progress
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.mailboxes import bp
from mailboxadmin.web.mailboxes.result import result_of
from mailboxadmin.web.mailboxes.told import told


@bp.get("")
def detail(mailbox_id: int) -> str:
    """The mailbox: its state, what is wrong, its history."""
    asked = request.args.get("window", "")
    window = Window(asked) if asked in set(Window) else None
    history = read_history(deps(), mailbox_id, window)
    fragment = "HX-Request" in request.headers
    return render_template(
        "mailboxes/_detail.html" if fragment else "mailboxes/detail.html",
        history=history,
        mailbox=history.mailbox,
        told=told(history.story, history.mailbox, current_person()),
        window=window,
        windows=Window,
        refused=read_refused(deps(), mailbox_id),
    )


@bp.post("/sync")
def sync(mailbox_id: int) -> Response:
    """Start a run, or join the one that goes on, and show how far it is."""
    try:
        run_id: int | None = start_sync(deps(), mailbox_id, actor=current_person().email)
    except AlreadyRunning:
        run_id = current_run(deps(), mailbox_id)
    except InvalidInput as fault:
        flash(fault.sentence, "wait")
        run_id = None
    if run_id is None:  # It ended in this moment.
        return redirect(url_for(".detail", mailbox_id=mailbox_id))
    return redirect(url_for(".progress", mailbox_id=mailbox_id, run_id=run_id))


@bp.get("/runs/<int:run_id>")
def progress(mailbox_id: int, run_id: int) -> str:
    """How far a run is, or how it ended."""
    run = read_progress(deps(), run_id, mailbox_id)
    mailbox = board.mailbox(deps(), mailbox_id)
    template = "mailboxes/_run.html" if "HX-Request" in request.headers else "mailboxes/run.html"
    refused = read_refused(deps(), mailbox_id) if _of_now(run, mailbox) else None
    return render_template(
        template, run=run, mailbox=mailbox, result=result_of(run), refused=refused
    )


def _of_now(run: Progress, mailbox: Mailbox) -> bool:
    """What was wrong with the run is what is wrong with the mailbox."""
    wrong, known = run.finding, mailbox.finding
    return wrong is not None and known is not None and wrong.code == known.code


@bp.post("/runs/<int:run_id>/cancel")
def cancel(mailbox_id: int, run_id: int) -> Response:
    """Stop a run; what it stored is kept."""
    read_progress(deps(), run_id, mailbox_id)
    cancel_run(deps(), run_id, actor=current_person().email)
    return redirect(url_for(".progress", mailbox_id=mailbox_id, run_id=run_id))


@bp.post("/pause")
def pause(mailbox_id: int) -> Response:
    """Let it rest."""
    try:
        pause_mailbox(deps(), mailbox_id, actor=current_person().email)
        flash("Paused. It is not checked until someone resumes it.", "idle")
    except InvalidInput as fault:
        flash(fault.sentence, "act")
    return redirect(url_for(".detail", mailbox_id=mailbox_id))


@bp.post("/resume")
def resume(mailbox_id: int) -> Response:
    """Have it checked again."""
    try:
        resume_mailbox(deps(), mailbox_id, actor=current_person().email)
    except InvalidInput as fault:
        flash(fault.sentence, "act")
    else:
        flash("Resumed. It is checked within a minute.", "ok")
    return redirect(url_for(".detail", mailbox_id=mailbox_id))
