"""Troubleshooting: what is broken or ends soon, how mailboxes sign in, what nobody knows."""

from flask import Blueprint

bp = Blueprint("troubleshooting", __name__)

from mailboxadmin.web.troubleshooting import error_log, views  # noqa: E402, F401 - add its routes
