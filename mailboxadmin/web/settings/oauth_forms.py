"""The forms of the OAuth apps, one an app, made from its settings."""

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.settings import SETTINGS, Setting
from mailboxadmin.services.office.oauth_apps import secret_key
from mailboxadmin.services.sign_in.oauth_setup import AppSetup
from mailboxadmin.web.controls import control


class AppForm(FlaskForm):
    """A field a setting, added below."""

    #: Which app it is for, in a hidden field of that name.
    app: AppKey
    #: What was sent is stored, whatever else is said of it.
    saved = False
    remove_secret = BooleanField("Remove the stored secret")

    def entries(self) -> list[tuple[Setting, Field]]:
        """The settings with their fields, in the order of the page."""
        return [(each, self[each.key]) for each in SETTINGS.values() if each.app is self.app]

    def texts(self) -> dict[str, str]:
        """What was sent, by key; a secret only when there is a new one, or it is to go."""
        texts = {each.key: field.data for each, field in self.entries() if field.data is not None}
        secret = secret_key(self.app)
        if not texts.pop(secret, ""):
            return texts | ({secret: ""} if self.remove_secret.data else {})
        return texts | {secret: self[secret].data}


class GmailForm(AppForm):
    """The app at Google."""

    app = AppKey.GMAIL
    remove_secret = BooleanField("Remove the stored secret", id="gmail_remove_secret")


class OutlookForm(AppForm):
    """The app at Microsoft."""

    app = AppKey.OUTLOOK
    remove_secret = BooleanField("Remove the stored secret", id="outlook_remove_secret")


_FORMS: dict[AppKey, type[AppForm]] = {AppKey.GMAIL: GmailForm, AppKey.OUTLOOK: OutlookForm}

for _setting in SETTINGS.values():
    if _setting.app:
        _field = control(_setting, inherited="", word="default", pins=False)
        setattr(_FORMS[_setting.app], _setting.key, _field)


def sent() -> AppForm | None:
    """The form that was sent; None when it is for no app there is."""
    known = next((key for key in AppKey if key == request.form.get("app")), None)
    return _FORMS[known]() if known else None


def filled(setup: AppSetup) -> AppForm:
    """The form with what is set, but for the secret."""
    shown = {each.setting.key: each.text for each in setup.views if not each.setting.is_secret}
    return _FORMS[setup.key](formdata=None, data=shown)
