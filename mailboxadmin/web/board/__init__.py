"""The board: all mailboxes at a glance."""

from flask import Blueprint

bp = Blueprint("board", __name__)

from mailboxadmin.web.board import views  # noqa: E402, F401 - adds its routes to the blueprint
