"""Mailbox Config: connecting a mailbox, one's own or, for the admin, on its owner's behalf."""

from flask import Blueprint

bp = Blueprint("mailbox", __name__)

import mailboxadmin.web.mailbox.views  # noqa: E402, F401 - adds its routes to the blueprint
