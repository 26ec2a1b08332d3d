"""What is entered to switch debug mode on."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from mailboxadmin.domain.debug import LEAST_MINUTES, MOST_MINUTES, USUAL_MINUTES
from mailboxadmin.domain.errors import InvalidInput

ALL = ""


class SwitchForm(FlaskForm):
    """Whose dialogue, and for how long."""

    mailbox = SelectField("Mailbox", validate_choice=False)
    minutes = StringField(
        "Minutes",
        default=str(USUAL_MINUTES),
        description=f"It ends by itself then; {LEAST_MINUTES} to {MOST_MINUTES}.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    def mailbox_id(self) -> int | None:
        """The chosen mailbox; None for all.

        Raises:
            InvalidInput: it is none of the choices.
        """
        chosen = str(self.mailbox.data or ALL)
        if chosen not in {each.value for each in self.mailbox.choices}:
            raise InvalidInput("mailbox", "That mailbox is not there any more.")
        return int(chosen) if chosen != ALL else None

    def length(self) -> int:
        """The minutes.

        Raises:
            InvalidInput: it is no number.
        """
        text = (self.minutes.data or "").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise InvalidInput("minutes", f"Give {LEAST_MINUTES} to {MOST_MINUTES} minutes.")
        return int(text)
