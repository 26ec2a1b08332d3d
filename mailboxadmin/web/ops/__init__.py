"""For monitors and browsers: health, metrics, the beat."""

from flask import Blueprint

bp = Blueprint("ops", __name__)

from mailboxadmin.web.ops import views  # noqa: E402, F401 - adds its routes to the blueprint
