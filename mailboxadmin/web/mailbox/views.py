"""Handlers of Mailbox Config: show, test, save; the same for the owner and for an admin."""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import InvalidInputs
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.settings import SETTINGS
from mailboxadmin.services.checking.guessing import TooManyRefused
from mailboxadmin.services.checking.live_check import (
    BeingTested,
    TooManyChecks,
    read_check,
    start_check,
    stop_check,
)
from mailboxadmin.services.mailboxes.configure import (
    MailboxConfig,
    NotSaved,
    configure_mailbox,
    read_config,
)
from mailboxadmin.services.overview.board import mailbox as read_mailbox
from mailboxadmin.services.sign_in.draft import SetBy
from mailboxadmin.services.staff.people import ensure_mailbox
from mailboxadmin.web import current_person, deps, faults
from mailboxadmin.web.mailbox import bp
from mailboxadmin.web.mailbox.forms import MailboxForm, form_for
from mailboxadmin.web.mailbox.result import Result, encryption_of, ended, live
from mailboxadmin.web.mailbox.saved import after_saving
from mailboxadmin.web.words import clock

#: So long a browser without scripts waits for a test before it is shown how far it is.
_PATIENCE_S = 1.0

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@bp.get("/mailbox")
def own() -> Answer:
    """One's own mailbox."""
    mailbox_id = current_person().mailbox_id
    if mailbox_id is None:
        return render_template("mailbox/none.html")
    return config(mailbox_id)


@bp.post("/mailbox")
def submit_own() -> Answer:
    """Test or save one's own mailbox."""
    return submit(current_person().mailbox_id or abort(404))


@bp.post("/mailbox/new")
def make() -> Response:
    """Give an admin a mailbox of their own."""
    ensure_mailbox(deps(), current_person().id)
    return redirect(url_for(".own"))


@bp.get("/mailboxes/<int:mailbox_id>/config")
def config(mailbox_id: int) -> Answer:
    """A mailbox's configuration."""
    found = read_config(deps(), mailbox_id)
    return _page(found, form_for(found))


@bp.post("/mailboxes/<int:mailbox_id>/config")
def submit(mailbox_id: int) -> Answer:
    """Test what was entered, or save it, as the button says."""
    found = read_config(deps(), mailbox_id)
    form = form_for(found)
    asked = request.form.get("do")
    try:
        if asked == "test":
            return _show(found, form, _test(found, form))
        if asked in ("look", "stop"):
            return _show(found, form, _follow(found, form, stop=asked == "stop"))
        tried = asked != "save_anyway"
        check = configure_mailbox(
            deps(), mailbox_id, form.draft(), actor=_actor(), set_by=_set_by(), test=tried
        )
    except InvalidInputs as wrong:
        for fault in wrong.faults:
            faults.show(form, fault)
        return _faulty(found, form)
    except NotSaved as refused:
        return _show(found, form, _ended(found, form, refused))
    except TooManyRefused as pause:
        return _show(found, form, Result(busy=f"{pause} Try again at {clock(pause.again_at)}."))
    return after_saving(mailbox_id, check, actor=_actor())


@bp.get("/mailboxes/<int:mailbox_id>/check/<int:check_id>")
def progress(mailbox_id: int, check_id: int) -> Answer:
    """How far a test is: the part of the page that asks for it."""
    check = read_check(deps(), check_id, mailbox_id)
    encryption = encryption_of(request.args.get("encryption"))
    return _part(live(mailbox_id, check, encryption))


def _test(found: MailboxConfig, form: MailboxForm) -> Result:
    """Start a test that the page watches; without scripts, wait for the end of a short one."""
    mailbox_id, said = found.mailbox_id, ""
    try:
        check_id = start_check(deps(), mailbox_id, form.draft(), actor=_actor(), set_by=_set_by())
    except BeingTested as before:
        check_id, said = before.check_id, str(before)
    except TooManyChecks as busy:
        return Result(busy=str(busy))
    retype = bool(form.password.data) and not _scripted()
    check = read_check(deps(), check_id, mailbox_id, wait_s=0 if _scripted() else _PATIENCE_S)
    return live(mailbox_id, check, _encryption(found, form), said, retype=retype)


def _follow(found: MailboxConfig, form: MailboxForm, *, stop: bool) -> Result:
    """Look again at the test that the form names, or stop it."""
    check_id = request.form.get("check_id", type=int) or abort(404)
    if stop:
        check = stop_check(deps(), check_id, found.mailbox_id, actor=_actor())
    else:
        check = read_check(deps(), check_id, found.mailbox_id, wait_s=_PATIENCE_S)
    typed = "typed" in request.form
    return live(found.mailbox_id, check, _encryption(found, form), retype=typed)


def _ended(found: MailboxConfig, form: MailboxForm, refused: NotSaved) -> Result:
    encryption = _encryption(found, form)
    return ended(found.mailbox_id, refused.check, form, encryption, retype=not _scripted())


def _encryption(found: MailboxConfig, form: MailboxForm) -> Encryption:
    return encryption_of(form.imap_encryption.data, found.inherited["imap_encryption"])


def _show(found: MailboxConfig, form: MailboxForm, result: Result) -> Answer:
    return _part(result) if _scripted() else _page(found, form, result)


def _part(result: Result) -> str:
    """Only what became of it, for the place that waits for it in the page."""
    return render_template("mailbox/_result.html", result=result, alone=True)


def _faulty(found: MailboxConfig, form: MailboxForm) -> Answer:
    if not _scripted():
        return _page(found, form), 400
    # The whole form with the faults beside their fields, in place of the result alone.
    swap = {"HX-Retarget": "#config", "HX-Reswap": "outerHTML"}
    return _render("mailbox/_form.html", found, form), 422, swap


def _page(found: MailboxConfig, form: MailboxForm, result: Result | None = None) -> str:
    return _render("mailbox/config.html", found, form, result)


def _render(
    template: str, found: MailboxConfig, form: MailboxForm, result: Result | None = None
) -> str:
    mailbox = read_mailbox(deps(), found.mailbox_id)
    return render_template(
        template,
        config=found,
        form=form,
        result=result,
        mailbox=mailbox,
        settings=SETTINGS,
        base_url=deps().base_url,
    )


def _scripted() -> bool:
    return "HX-Request" in request.headers


def _actor() -> str:
    return current_person().email


def _set_by() -> SetBy:
    return "admin" if current_person().is_admin else "staff"
