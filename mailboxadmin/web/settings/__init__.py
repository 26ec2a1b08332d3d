"""The office's settings, for the admin."""

from flask import Blueprint

bp = Blueprint("settings", __name__, url_prefix="/settings")

from mailboxadmin.web.settings import views  # noqa: E402, F401 - adds its routes to the blueprint
