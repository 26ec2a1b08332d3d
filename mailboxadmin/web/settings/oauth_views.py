"""Handlers of the page on which the OAuth apps are set up."""

from flask import abort, redirect, render_template, request, url_for

from mailboxadmin.domain.app_entered import odd_client_id
from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.domain.redirect import redirect_faults
from mailboxadmin.services.office.settings import change_settings
from mailboxadmin.services.sign_in.oauth_check import AppCheck, check_app
from mailboxadmin.services.sign_in.oauth_setup import read_setups
from mailboxadmin.web import current_person, deps, faults
from mailboxadmin.web.settings import bp
from mailboxadmin.web.settings.oauth_forms import AppForm, filled, sent
from mailboxadmin.web.settings.standing import told
from mailboxadmin.web.settings.views import Answer, say


@bp.get("/oauth")
def oauth() -> Answer:
    """Both apps, each with its guide."""
    return _page()


@bp.post("/oauth")
def save_oauth() -> Answer:
    """Save what was entered for one app, and check it when that was asked for."""
    form, checks = sent() or abort(400), "check" in request.args
    try:
        changes = change_settings(deps(), form.texts(), actor=current_person().email)
        form.saved = True
        if changes or not checks:
            say(changes)
        if checks:
            return _page(check=check_app(deps(), form.app, actor=current_person().email))
    except (InvalidInput, InvalidInputs) as found:
        faults.show_all(form, found)
        return _page(form), 400
    # The top, where it says what was changed; the form's own address ends at its card.
    return redirect(url_for(".oauth", _anchor="main"))


def _page(sent_form: AppForm | None = None, check: AppCheck | None = None) -> str:
    """The page, in which a form that was refused keeps what was entered."""
    cards = []
    for setup in read_setups(deps()):
        ours = sent_form is not None and sent_form.app is setup.key
        checked = check if check and check.key is setup.key else None
        cards.append(
            {
                "setup": setup,
                "form": sent_form if ours else filled(setup),
                "mark": told(setup, checked),
                "odd": odd_client_id(setup.key, setup.client_id),
                "check": checked,
                "faults": redirect_faults(setup.key, deps().base_url, request.host_url),
            }
        )
    return render_template("settings/oauth.html", cards=cards)
