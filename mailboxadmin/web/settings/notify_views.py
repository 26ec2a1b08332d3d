"""Handlers of the page on which it is said how people are told."""

from flask import redirect, render_template, request, url_for

from mailboxadmin.domain.delivery import Channel
from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.services.notifying.try_channel import TestResult, send_test
from mailboxadmin.services.office.channels import read_channels
from mailboxadmin.services.office.settings import change_settings, read_settings
from mailboxadmin.web import current_person, deps, faults
from mailboxadmin.web.settings import bp
from mailboxadmin.web.settings.notify_forms import NotifyForm, filled
from mailboxadmin.web.settings.views import Answer, say
from mailboxadmin.web.settings.ways import way


@bp.get("/notifications")
def notifications() -> Answer:
    """Who is told, and on which ways."""
    return _page()


@bp.post("/notifications")
def save_notifications() -> Answer:
    """Save what was entered, and send a test on the way that was asked for."""
    form, asked = NotifyForm(), request.args.get("test")
    tested = next((each for each in Channel if each == asked), None)
    try:
        changes = change_settings(deps(), form.texts(), actor=current_person().email)
        form.saved = True
        if changes or not tested:
            say(changes)
        if tested:
            return _page(result=send_test(deps(), tested, actor=current_person().email))
    except (InvalidInput, InvalidInputs) as found:
        faults.show_all(form, found)
        return _page(form), 400
    return redirect(url_for(".notifications"))


def _page(sent: NotifyForm | None = None, result: TestResult | None = None) -> str:
    """The page, in which a form that was refused keeps what was entered."""
    views = read_settings(deps())
    form = sent or filled(views)
    form.show_port()
    return render_template(
        "settings/notifications.html",
        form=form,
        ways=[way(view, result) for view in read_channels(deps())],
        closed={each.setting.key for each in views if not each.readable},
        stored={each.setting.key for each in views if each.setting.is_secret and each.text},
    )
