"""One's own account: who one is here, and where one is signed in."""

from flask import Blueprint

bp = Blueprint("account", __name__, url_prefix="/account")

from mailboxadmin.web.account import views  # noqa: E402, F401 - adds its routes to the blueprint
