"""How often each page was asked for and how long it took, for the monitor; of this process."""

import time
from typing import cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Histogram

_KEY = "mailboxadmin_pages"
_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)


def init_app(app: Flask) -> None:
    """Time every request; a registry for each app, since tests make many."""
    registry = CollectorRegistry()
    seconds = Histogram(
        "mailboxadmin_page_seconds",
        "How long pages took.",
        ["endpoint", "status"],
        buckets=_BUCKETS,
        registry=registry,
    )
    app.extensions[_KEY] = registry

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        began = g.pop("began", None)
        if began is not None:
            # Names of ours, and the first digit only: addresses and codes have no end.
            endpoint, status = request.endpoint or "none", f"{response.status_code // 100}xx"
            seconds.labels(endpoint, status).observe(time.perf_counter() - began)
        return response

    app.before_request(begin)
    app.after_request(end)


def page_figures() -> CollectorRegistry:
    """What was counted so far."""
    return cast(CollectorRegistry, current_app.extensions[_KEY])
