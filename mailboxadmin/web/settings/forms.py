"""The form of the office's settings, made from the settings themselves."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField

from mailboxadmin.domain.settings import SETTINGS, Group, Setting
from mailboxadmin.services.office.settings import SettingView
from mailboxadmin.web.controls import control

#: The OAuth apps, and how people are told, have pages of their own.
_HERE = {key: each for key, each in SETTINGS.items() if not each.group.apart}


class SettingsForm(FlaskForm):
    """A field a setting, added below; and the confirmation that is asked for only when needed."""

    send_passwords = BooleanField()
    #: The servers that were shown when it was confirmed.
    send_to = HiddenField()

    def groups(self) -> list[tuple[Group, list[tuple[Setting, Field]]]]:
        """The fields by group, in the order of the page."""
        return [
            (group, [(each, self[each.key]) for each in _HERE.values() if each.group is group])
            for group in Group
            if not group.apart
        ]

    def texts(self) -> dict[str, str]:
        """What stands in the fields, by key; a field that was not sent is not there."""
        return {key: self[key].data for key in _HERE if self[key].data is not None}


for _key, _setting in _HERE.items():
    _default = _setting.format(_setting.default)
    setattr(SettingsForm, _key, control(_setting, inherited=_default, word="default", pins=False))


def filled(views: tuple[SettingView, ...]) -> SettingsForm:
    """The form with what is set; a field on its default is empty."""
    shown = {each.setting.key: "" if each.text == each.default else each.text for each in views}
    return SettingsForm(data=shown)
