"""Handlers of the settings page."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mailboxadmin.domain.errors import InvalidInputs
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.services.office.settings import (
    Change,
    Rebinding,
    change_settings,
    passwords_to_move,
    read_settings,
)
from mailboxadmin.web import current_person, deps, faults
from mailboxadmin.web.controls import show_port
from mailboxadmin.web.settings import bp
from mailboxadmin.web.settings.forms import SettingsForm, filled

Answer = Response | str | tuple[str, int]


@bp.get("")
def index() -> Answer:
    """All settings."""
    return _page(filled(read_settings(deps())))


@bp.post("")
def save() -> Answer:
    """Save what was changed, after asking before passwords go to another server."""
    form = SettingsForm()
    try:
        moved = passwords_to_move(deps(), form.texts())
        if moved.mailbox_ids and not _confirmed(form, moved):
            return _page(form, moved), 409
        changes = change_settings(
            deps(),
            form.texts(),
            actor=current_person().email,
            rebind_passwords=bool(moved.mailbox_ids),
        )
    except InvalidInputs as found:
        for fault in found.faults:
            faults.show(form, fault)
        return _page(form), 400
    say(changes)
    return redirect(url_for(".index"))


def _confirmed(form: SettingsForm, moved: Rebinding) -> bool:
    """The box was ticked, for these servers and no others."""
    confirmed: bool = form.send_passwords.data and form.send_to.data == moved.where
    return confirmed


def _page(form: SettingsForm, moved: Rebinding | None = None) -> str:
    show_port(form.imap_port, form.imap_encryption.data, str(Encryption.SSL.port))
    if moved:
        form.send_to.data, form.send_passwords.data = moved.where, False
    return render_template("settings/index.html", form=form, moved=moved)


def say(changes: tuple[Change, ...]) -> None:
    """Have the next page tell what was changed."""
    if not changes:
        flash("Nothing was changed.", "idle")
    for change in changes:
        before, after = (_inline(text) for text in (change.before, change.after))
        flash(f"{change.setting.label}: {before} → {after} {change.setting.unit}".rstrip(), "ok")


def _inline(text: str) -> str:
    return ", ".join(text.splitlines()) or "not set"
