"""What every answer tells the browser: six headers, in one place."""

from flask import Flask, Response, request

from mailboxadmin.services.deps import Deps

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Tabler draws the marks of its controls with data: pictures.
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
#: A year, as browsers expect it (RFC 6797).
STRICT_TRANSPORT = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Put them on every answer, faults and redirects included."""
    deps: Deps = app.extensions["mailboxadmin"]
    secure = deps.base_url.startswith("https://")

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if secure:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.endpoint != "static" or response.status_code >= 400:
            # Nobody's mailbox stays in the browser of a shared desk.
            headers["Cache-Control"] = "no-store"
        return response
