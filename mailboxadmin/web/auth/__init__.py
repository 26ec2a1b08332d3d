"""The door: signing in and out, the first admin, invitations, one's own password."""

from flask import Blueprint

bp = Blueprint("auth", __name__)

from mailboxadmin.web.auth import views  # noqa: E402, F401 - adds its routes to the blueprint
