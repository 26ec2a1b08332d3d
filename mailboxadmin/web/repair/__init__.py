"""The link in which the owner of a mailbox mends it without signing in."""

from flask import Blueprint, Response

bp = Blueprint("repair", __name__)


@bp.after_request
def keep_the_address(response: Response) -> Response:
    """Have the browser tell nobody the address, which is the key; to us the site is enough."""
    # Not `no-referrer`: under https, the form's token is taken only with a referrer of this site.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


import mailboxadmin.web.repair.views  # noqa: E402, F401 - adds its routes to the blueprint
