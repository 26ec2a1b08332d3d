"""The activity log."""

from flask import Blueprint

bp = Blueprint("activity", __name__)

from mailboxadmin.web.activity import views  # noqa: E402, F401 - adds its routes to the blueprint
