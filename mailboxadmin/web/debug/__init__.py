"""Debug mode: the switch, and what was recorded."""

from flask import Blueprint

bp = Blueprint("debug", __name__)

from mailboxadmin.web.debug import views  # noqa: E402, F401 - adds its routes
