"""The form of a mailbox's own settings; a stored secret is never in it."""

from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, StringField

from mailboxadmin.domain.settings import PERSONAL_KEYS, SETTINGS
from mailboxadmin.services.mailboxes.configure import MailboxConfig
from mailboxadmin.services.sign_in.draft import Draft
from mailboxadmin.web.controls import control, show_port


class MailboxForm(FlaskForm):
    """What goes with every mailbox; the personal settings are added by `form_for`."""

    password = PasswordField(
        "Password",
        # The browser keeps what was typed while the form around it is replaced (htmx).
        render_kw={"autocomplete": "off", "hx-preserve": "true", "spellcheck": "false"},
    )
    username = StringField(
        "Username",
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )

    def of(self, *groups: str) -> list[Field]:
        """The settings of those groups, in the order of the settings page."""
        return [self[key] for key in PERSONAL_KEYS if SETTINGS[key].group in groups]

    def draft(self) -> Draft:
        """What was entered; an empty password keeps the stored one."""
        texts = {key: self[key].data for key in PERSONAL_KEYS if self[key].data is not None}
        return Draft(texts=texts, username=self.username.data, password=self.password.data or None)


def form_for(config: MailboxConfig) -> MailboxForm:
    """The form of one mailbox, with what it would inherit in its empty fields."""
    fields = {key: _control(config, key) for key in PERSONAL_KEYS}
    form: MailboxForm = type("Form", (MailboxForm,), fields)(
        data={**config.own, "username": config.username}
    )
    form.username.render_kw = form.username.render_kw | {"placeholder": config.address}
    if config.provider:
        form.password.label.text = "App password"
    show_port(form.imap_port, form.imap_encryption.data, config.inherited["imap_port"])
    return form


def _control(config: MailboxConfig, key: str) -> object:
    return control(SETTINGS[key], inherited=config.inherited[key], word="inherited", pins=True)
