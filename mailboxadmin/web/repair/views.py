"""Handlers of the link; looking changes nothing, since chat programs look before people do."""

from flask import render_template, request

from mailboxadmin.domain.errors import InvalidInputs
from mailboxadmin.domain.finding import Finding
from mailboxadmin.services.checking.guessing import TooManyRefused
from mailboxadmin.services.mailboxes.configure import NotSaved
from mailboxadmin.services.mailboxes.repair import Repair, open_repair, repair
from mailboxadmin.services.mailboxes.repair_links import RepairEnded
from mailboxadmin.web import deps, faults, limits, signed_in
from mailboxadmin.web.repair import bp
from mailboxadmin.web.repair.forms import RepairForm
from mailboxadmin.web.repair.steps import steps_for
from mailboxadmin.web.words import clock, yours

Answer = tuple[str, int]


@bp.route("/repair/<token>", methods=["GET", "POST"])
@limits.guarded
def mend(token: str) -> Answer:
    """Show what is wrong and what to do; try what was entered, and save it when it works."""
    form = RepairForm()
    try:
        found = open_repair(deps(), token)
        if is_for_somebody_else(found):
            return not_yours(found)
        if form.validate_on_submit():
            return _try(token, form, found)
    except RepairEnded as ended:
        return over(ended)
    return _page(form, found), 400 if form.errors else 200


def _try(token: str, form: RepairForm, found: Repair) -> Answer:
    try:
        done = repair(deps(), token, form.password.data or "", form.username.data or "")
    except InvalidInputs as wrong:
        for fault in wrong.faults:
            faults.show(form, fault)
        return _page(form, found), 400
    except NotSaved as refused:
        return _refused(form, found, refused)
    except TooManyRefused as pause:
        form.password.errors = [f"{pause} Try again at {clock(pause.again_at)}; the link is good."]
        return _page(form, found), 429
    return render_template("repair/done.html", done=done), 200


def _refused(form: RepairForm, found: Repair, refused: NotSaved) -> Answer:
    finding = refused.check.finding
    if finding is not None and finding.refused_credentials:
        limits.count_refusal()
    why = yours(str(refused), found.owner_name, found.address)
    form.password.errors = [f"It was tried and not saved: {why}"]
    return _page(form, found, finding), 200


def _page(form: RepairForm, found: Repair, tried: Finding | None = None) -> str:
    """What is wrong, which the last try may have told anew."""
    finding = tried or found.finding
    if found.provider is not None:
        form.password.label.text = "App password"
    return render_template(
        "repair/mend.html",
        form=form,
        found=found,
        finding=finding,
        steps_here=steps_for(found, finding),
        token=request.view_args["token"] if request.view_args else "",
    )


def over(ended: RepairEnded) -> Answer:
    """Why a link can no longer be used."""
    if request.method == "POST":
        limits.count_refusal()
    return render_template("repair/over.html", ended=ended), 410


def not_yours(found: Repair) -> Answer:
    """To whom it has to be handed over."""
    return render_template("repair/not_yours.html", found=found), 403


def is_for_somebody_else(found: Repair) -> bool:
    """Who is signed in here and is not the owner: a link handed to the wrong person."""
    person = signed_in.person()
    return person is not None and person.mailbox_id != found.mailbox_id
