"""Taking one's own mail along."""

from flask import Blueprint

bp = Blueprint("mail_export", __name__)

from mailboxadmin.web.mail_export import views  # noqa: E402, F401 - adds its routes
