"""What the owner enters in the link."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

_AS_TYPED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class RepairForm(FlaskForm):
    """The password, and the name that goes with it where it is another one."""

    password = PasswordField("Password", render_kw=_AS_TYPED)
    username = StringField("Username", render_kw=_AS_TYPED)
