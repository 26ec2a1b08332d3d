"""The people of the office, for the admin."""

from flask import Blueprint

bp = Blueprint("staff", __name__, url_prefix="/staff")

from mailboxadmin.web.staff import views  # noqa: E402, F401 - adds its routes to the blueprint
