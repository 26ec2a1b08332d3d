"""Handlers of debug mode; who may come here stands in `web.access`."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.debug.debugging import switch_off, switch_on
from mailboxadmin.services.debug.recording_opened import open_recording
from mailboxadmin.services.debug.recordings import clear_away, lines_of, list_recordings
from mailboxadmin.services.overview import board
from mailboxadmin.web import current_person, deps, faults
from mailboxadmin.web.debug import bp, shown
from mailboxadmin.web.debug.forms import SwitchForm

Answer = AnyResponse | str | tuple[str, int]

for _helper in (shown.recording_now, shown.recorded_here, shown.switch_form):
    bp.add_app_template_global(_helper, _helper.__name__)
bp.add_app_template_filter(shown.switched_by)
#: So many recordings are on the page.
SHOWN = 100
#: And so many lines of one; the download has all.
FIRST_LINES, LAST_LINES = 2000, 1000


@bp.get("/troubleshooting/debug")
def index() -> Answer:
    """The switch, and all recordings."""
    return _page(shown.switch_form())


@bp.post("/troubleshooting/debug")
def on() -> Answer:
    """Switch it on."""
    form = shown.switch_form()
    try:
        switch = switch_on(
            deps(),
            mailbox_id=form.mailbox_id(),
            minutes=form.length(),
            actor=current_person().email,
        )
    except InvalidInput as fault:
        faults.show(form, fault)
        return _page(form), 400
    whom = shown.named(switch.owner_name, switch.address) if switch.address else "all mailboxes"
    flash(f"Debug mode is on for {whom}. The next run or test is recorded.", "ok")
    return redirect(url_for(".index"))


@bp.post("/troubleshooting/debug/off")
def off() -> Answer:
    """Switch one off, or all."""
    switch_id = request.form.get("switch", type=int)
    ended = switch_off(deps(), actor=current_person().email, switch_id=switch_id)
    flash("Debug mode is off." if ended else "Debug mode had ended already.", "idle")
    return redirect(url_for(".index"))


@bp.post("/troubleshooting/debug/delete")
def delete_all() -> Answer:
    """Delete every recording."""
    return _deleted(clear_away(deps(), actor=current_person().email), url_for(".index"))


@bp.get("/mailboxes/<int:mailbox_id>/recordings")
def recordings(mailbox_id: int) -> Answer:
    """Those of a mailbox."""
    mailbox = board.mailbox(deps(), mailbox_id)
    found = list_recordings(deps(), mailbox_id)
    return render_template(
        "debug/recordings.html", mailbox=mailbox, recordings=found[:SHOWN], more=len(found[SHOWN:])
    )


@bp.get("/mailboxes/<int:mailbox_id>/recordings/<name>")
def recording(mailbox_id: int, name: str) -> Answer:
    """One, to be read."""
    mailbox = board.mailbox(deps(), mailbox_id)
    found, text = open_recording(deps(), mailbox_id, name, reader=current_person())
    lines = lines_of(text)
    return render_template(
        "debug/recording.html",
        mailbox=mailbox,
        recording=found,
        first=lines[:FIRST_LINES],
        last=lines[FIRST_LINES:][-LAST_LINES:],
        count=len(lines),
        refused=sum(line.failed for line in lines),
    )


@bp.get("/mailboxes/<int:mailbox_id>/recordings/<name>/text")
def download(mailbox_id: int, name: str) -> Answer:
    """One, as a text file."""
    _, text = open_recording(deps(), mailbox_id, name, reader=current_person())
    headers = {"Content-Disposition": f"attachment; filename={name}.txt"}
    return Response(text, mimetype="text/plain", headers=headers)


@bp.post("/mailboxes/<int:mailbox_id>/recordings/<name>/delete")
def delete(mailbox_id: int, name: str) -> Answer:
    """Delete one."""
    count = clear_away(deps(), mailbox_id, name, actor=current_person().email)
    return _deleted(count, url_for(".recordings", mailbox_id=mailbox_id))


@bp.post("/mailboxes/<int:mailbox_id>/recordings/delete")
def delete_theirs(mailbox_id: int) -> Answer:
    """Delete all of a mailbox."""
    count = clear_away(deps(), mailbox_id, actor=current_person().email)
    return _deleted(count, url_for(".recordings", mailbox_id=mailbox_id))


def _page(form: SwitchForm) -> str:
    found = list_recordings(deps())
    return render_template(
        "debug/index.html",
        form=form,
        recordings=found[:SHOWN],
        more=len(found[SHOWN:]),
        mailboxes={each.id: each for each in board.glance_at_all(deps())},
    )


def _deleted(count: int, back: str) -> AnyResponse:
    flash("Deleted." if count else "There was nothing to delete.", "idle")
    return redirect(back)
