"""Handlers of the people's pages."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.erasure import Wish
from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.domain.people import Person, Role
from mailboxadmin.services.overview.board import glance_at_all
from mailboxadmin.services.staff import people
from mailboxadmin.services.staff.erasing import what_would_go
from mailboxadmin.services.staff.erasing_apart import ask_to_erase, list_erasures, read_erasure
from mailboxadmin.services.staff.invitations import add_and_invite, valid_for
from mailboxadmin.services.staff.invitations import invite as make_invitation
from mailboxadmin.services.staff.names import read_role
from mailboxadmin.services.staff.people_csv import add_people_from_csv
from mailboxadmin.web import current_person, deps, faults
from mailboxadmin.web.staff import bp
from mailboxadmin.web.staff.forms import AddForm, DeleteForm, LeaveForm, PersonForm, TableForm

Answer = Response | str | tuple[str, int]
Links = tuple[tuple[Person, str], ...]


@bp.get("")
def index() -> Answer:
    """Everybody."""
    return _list(AddForm(), TableForm())


@bp.post("/add")
def add() -> Answer:
    """Add somebody and show their invitation link."""
    form = AddForm()
    if form.validate_on_submit():
        entered = {
            "email": form.email.data,
            "name": form.name.data,
            "role": read_role(form.role.data),
        }
        try:
            return _links((add_and_invite(deps(), **entered, actor=current_person().email),))
        except InvalidInput as fault:
            faults.show(form, fault)
    return _list(form, TableForm()), 400


@bp.post("/csv")
def add_csv() -> Answer:
    """Add everybody of a table, or say what is wrong in which line."""
    form = TableForm()
    try:
        return _links(add_people_from_csv(deps(), form.table(), actor=current_person().email))
    except InvalidInputs as found:
        return _list(AddForm(formdata=None), form, found.faults), 400


@bp.route("/<int:staff_id>", methods=["GET", "POST"])
def change(staff_id: int) -> Answer:
    """One person: name and role."""
    person = people.person(deps(), staff_id)
    form = PersonForm(name=person.name, role=person.role.value)
    if form.validate_on_submit():
        name, role = form.name.data, read_role(form.role.data)
        try:
            people.change_person(
                deps(), staff_id, name=name, role=role, actor=current_person().email
            )
        except InvalidInput as fault:
            faults.show(form, fault)
        else:
            return _back(staff_id, role)
    return render_template(
        "staff/person.html", person=person, form=form
    ), 400 if form.errors else 200


@bp.post("/<int:staff_id>/invite")
def invite(staff_id: int) -> Answer:
    """Make a new link for somebody; the earlier one ends."""
    try:
        link = make_invitation(deps(), staff_id, actor=current_person().email)
    except InvalidInput as fault:
        flash(fault.sentence, "act")
        return redirect(url_for(".change", staff_id=staff_id))
    return _links(((people.person(deps(), staff_id), link),))


@bp.route("/<int:staff_id>/disable", methods=["GET", "POST"])
def disable(staff_id: int) -> Answer:
    """Shut somebody out, after asking once."""
    person, form = people.person(deps(), staff_id), LeaveForm()
    if form.validate_on_submit():
        try:
            return _shut_out(person, erase=form.mail.data == "erase")
        except InvalidInput as fault:
            faults.show(form, fault)
    page = render_template("staff/disable.html", person=person, form=form)
    return page, 400 if form.errors else 200


@bp.route("/<int:staff_id>/delete", methods=["GET", "POST"])
def delete(staff_id: int) -> Answer:
    """Delete somebody with everything of theirs, after their address was typed."""
    person, form = people.person(deps(), staff_id), DeleteForm()
    if form.validate_on_submit():
        typed, actor = form.address.data or "", current_person().email
        try:
            asked = ask_to_erase(deps(), staff_id, Wish.PERSON, actor=actor, typed=typed)
        except InvalidInput as fault:
            faults.show(form, fault)
        else:
            return _asked(asked, f"{person.email} is deleted.")
    there = what_would_go(deps(), person.mailbox_id) if person.mailbox_id else None
    page = render_template("staff/delete.html", person=person, form=form, there=there)
    return page, 400 if form.errors else 200


@bp.post("/<int:staff_id>/enable")
def enable(staff_id: int) -> Response:
    """Let somebody in again."""
    try:
        person = people.enable_person(deps(), staff_id, actor=current_person().email)
    except InvalidInput as fault:
        flash(fault.sentence, "wait")
    else:
        flash(f"{person.email} was reactivated.", "ok")
    return redirect(url_for(".change", staff_id=staff_id))


@bp.get("/erased/<int:erasure_id>")
def erasure(erasure_id: int) -> str:
    """How far it is with what was asked to be erased; what is left to do when it is done."""
    fragment = "HX-Request" in request.headers
    template = "staff/_erasure.html" if fragment else "staff/erasure.html"
    return render_template(template, erasure=read_erasure(deps(), erasure_id))


def _shut_out(person: Person, *, erase: bool) -> Response:
    actor, sentence = current_person().email, f"{person.email} can no longer sign in."
    if erase:
        return _asked(ask_to_erase(deps(), person.id, Wish.MAIL, actor=actor), sentence)
    people.disable_person(deps(), person.id, actor=actor)
    return _asked(None, sentence)


def _asked(erasure_id: int | None, sentence: str) -> Response:
    """To how far it is; back to the list where there was nothing to erase."""
    if erasure_id is not None:
        return redirect(url_for(".erasure", erasure_id=erasure_id))
    flash(sentence, "ok")
    return redirect(url_for(".index"))


def _list(add_form: AddForm, table_form: TableForm, lines: tuple[InvalidInput, ...] = ()) -> str:
    everybody = people.list_people(deps())
    mailboxes = {mailbox.id: mailbox for mailbox in glance_at_all(deps())}
    return render_template(
        "staff/index.html",
        people=everybody,
        erasures=list_erasures(deps()),
        mailboxes=mailboxes,
        add_form=add_form,
        table_form=table_form,
        lines=lines,
    )


def _links(links: Links) -> str:
    days = min(valid_for(person.standing).days for person, _ in links)
    return render_template("staff/links.html", links=links, days=days)


def _back(staff_id: int, role: Role) -> Response:
    # An admin who has just become staff may not see these pages any more.
    if staff_id == current_person().id and role is not Role.ADMIN:
        return redirect("/")
    flash("Saved.", "ok")
    return redirect(url_for(".change", staff_id=staff_id))
