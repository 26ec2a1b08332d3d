"""The way to Google or Microsoft, where the owner of a mailbox agrees, and back; and its end."""

from flask import Blueprint

#: The two keys are routes; of any other name there is nothing.
KEY = "<any(gmail, outlook):key>"

bp = Blueprint("oauth", __name__)

from mailboxadmin.web.oauth import disconnect, views  # noqa: E402, F401 - add their routes to it
