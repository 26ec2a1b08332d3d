"""Handlers of the door."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import InvalidInput
from mailboxadmin.services.staff.invitations import (
    InvitationEnded,
    accept_invitation,
    open_invitation,
)
from mailboxadmin.services.staff.sessions import SignInRefused, change_own_password, sign_in
from mailboxadmin.services.staff.setup import SetupClosed, admin_exists, set_up
from mailboxadmin.web import current_person, deps, faults, limits, signed_in
from mailboxadmin.web.access import safe_next
from mailboxadmin.web.auth import bp
from mailboxadmin.web.auth.forms import (
    ChangePasswordForm,
    ChoosePasswordForm,
    SetUpForm,
    SignInForm,
)

Answer = Response | str | tuple[str, int]


@bp.route("/login", methods=["GET", "POST"])
@limits.guarded_by_account
def login() -> Answer:
    """Sign in, and go where one wanted to."""
    form, back = SignInForm(), safe_next(request.args.get("next"))
    if signed_in.person() is not None:
        return redirect(back)
    if form.validate_on_submit():
        address, password = form.email.data, form.password.data
        try:
            token = sign_in(deps(), address, password, browser=signed_in.browser())
        except SignInRefused as refusal:
            limits.count_refusal()
            form.form_errors.append(str(refusal))
            return render_template("auth/login.html", form=form), 401
        signed_in.enter(token)
        return redirect(back)
    return render_template("auth/login.html", form=form), 400 if form.errors else 200


@bp.post("/logout")
def logout() -> Response:
    """Sign out."""
    signed_in.leave()
    flash("You are signed out.", "idle")
    return redirect(url_for(".login"))


@bp.route("/setup", methods=["GET", "POST"])
@limits.guarded
def setup() -> Answer:
    """Make the first admin; gone as soon as there is one."""
    if admin_exists(deps()):
        abort(404)
    form = SetUpForm()
    if form.validate_on_submit():
        try:
            signed_in.enter(set_up(deps(), **_entered(form), browser=signed_in.browser()))
        except InvalidInput as fault:
            _refuse(form, fault, secret="code")
        except SetupClosed:
            abort(404)
        else:
            return redirect("/")
    return render_template("auth/setup.html", form=form), 400 if form.errors else 200


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@limits.guarded
def invitation(token: str) -> Answer:
    """Choose the password that goes with an invitation."""
    form = ChoosePasswordForm()
    try:
        person = open_invitation(deps(), token)
        if form.validate_on_submit():
            chosen = form.password.data
            signed_in.enter(accept_invitation(deps(), token, chosen, browser=signed_in.browser()))
            return redirect("/")
    except InvitationEnded:
        limits.count_refusal()
        return render_template("auth/invitation_ended.html"), 410
    except InvalidInput as fault:
        faults.show(form, fault)
    page = render_template("auth/invitation.html", form=form, person=person)
    return page, 400 if form.errors else 200


@bp.route("/password", methods=["GET", "POST"])
@limits.guarded
def password() -> Answer:
    """Choose another password; other browsers are signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        entered = {"current": form.current.data, "new": form.password.data}
        try:
            token = change_own_password(
                deps(), current_person().id, **entered, browser=signed_in.browser()
            )
        except InvalidInput as fault:
            _refuse(form, fault, secret="current")
        else:
            signed_in.enter(token)
            flash("Your new password holds. Other browsers were signed out.", "ok")
            return redirect(url_for(".password"))
    return render_template("auth/password.html", form=form), 400 if form.errors else 200


def _refuse(form: FlaskForm, fault: InvalidInput, *, secret: str) -> None:
    """Show what is wrong; a wrong secret counts as a guess."""
    if fault.field == secret:
        limits.count_refusal()
    faults.show(form, fault)


def _entered(form: SetUpForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("code", "email", "name", "password")}
