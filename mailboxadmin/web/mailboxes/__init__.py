"""One mailbox: its state, its history, its runs."""

from flask import Blueprint

bp = Blueprint("mailboxes", __name__, url_prefix="/mailboxes/<int:mailbox_id>")

from mailboxadmin.web.mailboxes import ask, views  # noqa: E402, F401 - add their routes to it
