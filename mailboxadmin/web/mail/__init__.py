"""The inbox: one's own mail, and nobody else's."""

from flask import Blueprint

bp = Blueprint("mail", __name__, url_prefix="/mail")

from mailboxadmin.web.mail import acts, filing, letter_views, search, views  # noqa: E402, F401 - its routes
