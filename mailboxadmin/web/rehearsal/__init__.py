"""Rehearsal: every finding, to be had by a click; only where the sample office is open."""

from flask import Blueprint

bp = Blueprint("rehearsal", __name__)

from mailboxadmin.web.rehearsal import views  # noqa: E402, F401 - adds its routes
