"""What is entered about people."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired

from mailboxadmin.services.staff.people_csv import decode_table


class PersonForm(FlaskForm):
    """A name and a role."""

    name = StringField(
        "Name",
        default="",
        description="How pages call them; may stay empty.",
        render_kw={"autocomplete": "off"},
    )
    role = RadioField(
        "Role",
        choices=["Staff", "Admin"],
        coerce=str.capitalize,
        default="Staff",
        description="Staff connect and see only their own mailbox. An admin sees the board, the "
        "settings and these pages, and reads nobody’s mail.",
    )


class AddForm(PersonForm):
    """Somebody new."""

    email = StringField(
        "Address",
        [InputRequired("Enter an address, such as anna@example.org.")],
        description="They sign in with it, and it is the address of their mailbox. "
        "A shared address such as info@ is added like a person.",
        render_kw={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"},
    )


class LeaveForm(FlaskForm):
    """What becomes of the mail of somebody who is shut out."""

    mail = RadioField(
        "The mail that is stored here",
        choices=[
            SelectChoice("keep", "Keep it"),
            SelectChoice("erase", "Erase it for good, with the password to it"),
        ],
        default="keep",
    )


class DeleteForm(FlaskForm):
    """The address of who is deleted, so that nobody else is meant."""

    address = StringField(
        "Address",
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class TableForm(FlaskForm):
    """Several people at once."""

    file = FileField("A CSV file", render_kw={"accept": ".csv,.txt,text/csv"})
    text = TextAreaField(
        "… or the lines themselves",
        render_kw={"rows": 6, "placeholder": "anna@example.org, Anna Keller, staff"},
    )

    def table(self) -> str:
        """The file's text when one was chosen, else what was pasted."""
        data = self.file.data.read() if self.file.data else b""
        return decode_table(data) if data else self.text.data or ""
