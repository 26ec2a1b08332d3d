"""Trusting exactly one certificate for one host, and ending that; for admins."""

from flask import Blueprint

bp = Blueprint("certificate", __name__, url_prefix="/mailboxes/<int:mailbox_id>/certificate")

from mailboxadmin.web.certificate import views  # noqa: E402, F401 - adds its routes
