"""How often a door may be tried: per network address and per account, counted in memory.

Only tries with a wrong secret count, so a whole office behind one address can come in at nine.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address

#: Refused tries from one network address, at each door.
PER_ADDRESS = "30 per 15 minutes"
#: Refused tries for one account, from wherever.
PER_ACCOUNT = "10 per 15 minutes"

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")

View = Callable[..., Any]


def init_app(app: Flask) -> None:
    """Count anew in this process, and show a page when it was too often."""
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, _too_often)


def guarded(view: View) -> View:
    """Limit the refused POSTs of a view by the address they come from."""
    limit = limiter.limit(PER_ADDRESS, methods=["POST"], deduct_when=_refused)
    return limit(view)


def guarded_returns(view: View) -> View:
    """The same of a view that people are sent to by GET, with something secret in the address."""
    limit = limiter.limit(PER_ADDRESS, methods=["GET"], deduct_when=_refused)
    return limit(view)


def guarded_by_account(view: View) -> View:
    """As `guarded`, and by the account that its field `email` names."""
    limit = limiter.limit(
        PER_ACCOUNT, methods=["POST"], deduct_when=_refused, key_func=_account, scope="account"
    )
    return guarded(limit(view))


def count_refusal() -> None:
    """Count this try: a secret in it was wrong, not only something left out or out of order."""
    g.refused = True


def _refused(response: Response) -> bool:
    return bool(g.get("refused"))


def _account() -> str:
    return request.form.get("email", "").strip().lower()[:254]


def _too_often(fault: RateLimitExceeded) -> tuple[str, int, dict[str, str]]:
    limit = limiter.current_limit
    reset_at = limit.reset_at if limit else datetime.now(UTC).timestamp() + 60
    again_at = datetime.fromtimestamp(reset_at, UTC)
    wait_s = max(1, int((again_at - datetime.now(UTC)).total_seconds()))
    page = render_template("auth/too_often.html", again_at=again_at)
    return page, 429, {"Retry-After": str(wait_s)}
