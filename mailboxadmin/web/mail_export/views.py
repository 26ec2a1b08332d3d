"""Handlers of the export: of the mailbox of who is signed in, and of no other."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.files.export_stream import ExportsGoOn, FileForm, begin_export
from mailboxadmin.web import current_person, deps
from mailboxadmin.web.mail.own import own_mailbox
from mailboxadmin.web.mail_export import bp

_TYPES = {FileForm.MBOX: "application/mbox", FileForm.ZIP: "application/zip"}


@bp.get("/mail/export")
def index() -> AnyResponse | str:
    """What one can have."""
    if current_person().mailbox_id is None:
        return redirect(url_for("mail.index"))
    return render_template("mail_export/index.html")


@bp.post("/mail/export")
def save() -> AnyResponse:
    """The file, made while it is sent."""
    mailbox_id = own_mailbox()
    try:
        form = FileForm(request.form.get("format", ""))
    except ValueError:
        abort(400)
    try:
        export = begin_export(deps(), mailbox_id, form, actor=current_person().email)
    except (ExportsGoOn, InvalidInput) as refusal:
        flash(str(refusal), "wait")
        return redirect(url_for(".index"))
    name = f"mail-{deps().clock.now():%Y-%m-%d}.{form.value}"
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    # Flask closes it when it was sent, and also when the browser went away.
    return Response(export, mimetype=_TYPES[form], headers=headers)
