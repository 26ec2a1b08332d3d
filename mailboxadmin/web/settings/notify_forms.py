"""The form of how people are told, made from its settings, one card a way."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field

from mailboxadmin.domain.delivery import SMTP_PORTS, Channel
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.settings import SETTINGS, Group, Setting
from mailboxadmin.services.office.routes import channel_of
from mailboxadmin.services.office.settings import SettingView
from mailboxadmin.web.controls import control, show_port

_HERE = {key: each for key, each in SETTINGS.items() if each.group is Group.TELLING}


class NotifyForm(FlaskForm):
    """A field a setting, and a box a secret that takes it away, added below."""

    #: What was sent is stored, whatever else is said of it.
    saved = False

    def entries(self, channel: Channel | None) -> list[tuple[Setting, Field]]:
        """The settings of a way with their fields; None: those that are of no way."""
        here = (each for key, each in _HERE.items() if channel_of(key) is channel)
        return [(each, self[each.key]) for each in here]

    def removal(self, setting: Setting) -> Field:
        """The box that takes a stored secret away."""
        return self[f"remove_{setting.key}"]

    def texts(self) -> dict[str, str]:
        """What was sent, by key; a secret only when there is a new one, or it is to go."""
        texts = {key: self[key].data for key in _HERE if self[key].data is not None}
        for key in [key for key in texts if _HERE[key].is_secret and not texts[key]]:
            if not self.removal(_HERE[key]).data:
                del texts[key]
        return texts

    def show_port(self) -> None:
        """Have the empty port field show the port that follows the encryption."""
        chosen = self.smtp_encryption.data or _HERE["smtp_encryption"].default
        known = next((each for each in Encryption if each == chosen), Encryption.STARTTLS)
        show_port(self.smtp_port, None, str(SMTP_PORTS[known]))


for _key, _setting in _HERE.items():
    _default = _setting.format(_setting.default)
    setattr(NotifyForm, _key, control(_setting, inherited=_default, word="default", pins=False))
    if _setting.is_secret:
        setattr(NotifyForm, f"remove_{_key}", BooleanField("Remove the stored one"))


def filled(views: tuple[SettingView, ...]) -> NotifyForm:
    """The form with what is set, but for the secrets; a field on its default is empty."""
    shown = {
        each.setting.key: "" if each.text == each.default else each.text
        for each in views
        if each.setting.key in _HERE and not each.setting.is_secret
    }
    return NotifyForm(formdata=None, data=shown)
