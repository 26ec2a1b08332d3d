"""What is entered at the door."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from mailboxadmin.services.staff.passwords import RULES

#: Not type="email": browsers rewrite the domain of an address such as info@müller.example.
ADDRESS = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}
KNOWN = {"autocomplete": "current-password"}
CHOSEN = {"autocomplete": "new-password"}


class SignInForm(FlaskForm):
    """Address and password."""

    email = StringField("Address", [InputRequired("Enter your address.")], render_kw=ADDRESS)
    password = PasswordField("Password", [InputRequired("Enter your password.")], render_kw=KNOWN)


class SetUpForm(FlaskForm):
    """The first admin."""

    code = StringField(
        "Set-up code",
        [InputRequired("Enter the code.")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    name = StringField("Your name", render_kw={"autocomplete": "name"})
    email = StringField("Your address", [InputRequired("Enter your address.")], render_kw=ADDRESS)
    password = PasswordField(
        "Choose a password",
        [InputRequired("Choose a password.")],
        description=RULES,
        render_kw=CHOSEN,
    )


class ChoosePasswordForm(FlaskForm):
    """The password of somebody who was invited."""

    password = PasswordField(
        "Choose a password",
        [InputRequired("Choose a password.")],
        description=RULES,
        render_kw=CHOSEN,
    )


class ChangePasswordForm(FlaskForm):
    """One's own password."""

    current = PasswordField(
        "Present password", [InputRequired("Enter your present password.")], render_kw=KNOWN
    )
    password = PasswordField(
        "New password",
        [InputRequired("Choose a password.")],
        description=RULES,
        render_kw=CHOSEN,
    )
