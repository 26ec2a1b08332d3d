"""One control a setting, made from what the setting says of itself.

What a person typed stays in the field as it was typed: the reading, and with it
every limit, is the setting's own, in the domain.
"""

from typing import Any

from wtforms import Field, PasswordField, SelectChoice, SelectField, StringField, TextAreaField

from mailboxadmin.domain.entered import NO, YES
from mailboxadmin.domain.mailbox import Encryption
from mailboxadmin.domain.settings import Group, Kind, Setting

#: How a choice is shown; the value is what is stored.
CHOICES = {
    "ssl": "SSL",
    "starttls": "STARTTLS",
    "none": "None – unprotected",
    YES: "Yes",
    NO: "No",
}
_CHOSEN = frozenset({Kind.CHOICE, Kind.YES_NO})
_LINES = frozenset({Kind.FOLDERS, Kind.HOSTS, Kind.ADDRESSES})
#: No names of the browser's own dictionary.
_AS_TYPED = frozenset({Kind.FOLDER, Kind.HOST})
#: Neither the last password of this site nor one that the browser makes up.
_NOT_FILLED_IN = "new-password"


def control(setting: Setting, *, inherited: str, word: str, pins: bool) -> Field:
    """The unbound control of a setting.

    Args:
        inherited: what holds when the field stays empty, as text.
        word: what to call that: `default`, `inherited`.
        pins: choosing what is inherited means something, since that may change.
    """
    if setting.kind in _CHOSEN:
        possible = setting.choices or (YES, NO)
        offered = [each for each in possible if pins or each != inherited]
        choices = [
            SelectChoice("", f"{CHOICES[inherited]} ({word})"),
            *(SelectChoice(each, CHOICES[each]) for each in offered),
        ]
        return SelectField(setting.label, choices=choices, validate_choice=False)
    shown = inherited or setting.otherwise
    attributes: dict[str, Any] = {"placeholder": shown, "autocomplete": "off"}
    if setting.kind is Kind.INTEGER:
        attributes["inputmode"] = "numeric"
    if setting.kind is Kind.DATE:
        attributes["type"] = "date"
    if setting.is_secret:
        # The field itself never gets a value to show, whatever is stored or was sent.
        return PasswordField(setting.label, render_kw=attributes | {"autocomplete": _NOT_FILLED_IN})
    if setting.kind in _AS_TYPED or setting.app or setting.group is Group.TELLING:
        attributes |= {"autocapitalize": "none", "spellcheck": "false"}
    if setting.kind in _LINES:
        return TextAreaField(setting.label, render_kw=attributes | {"rows": 3})
    return StringField(setting.label, render_kw=attributes)


def show_port(port: Field, encryption: str | None, inherited: str) -> None:
    """Have the empty port field show the port that holds.

    Args:
        encryption: what is chosen; empty or unknown inherits.
        inherited: the port that holds then, as text.
    """
    chosen = next((each for each in Encryption if each == encryption), None)
    shown = str(chosen.port) if chosen else inherited
    # `data-inherited` is for static/js/port.js, which goes on from there.
    port.render_kw = (port.render_kw or {}) | {"placeholder": shown, "data-inherited": inherited}
