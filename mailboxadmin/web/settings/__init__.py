"""The office's settings, for the admin."""

from flask import Blueprint

bp = Blueprint("settings", __name__, url_prefix="/settings")

# They add their routes to the blueprint.
from mailboxadmin.web.settings import notify_views, oauth_views, views  # noqa: E402, F401
