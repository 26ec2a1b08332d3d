"""What every answer tells the browser: six headers, in one place."""

from flask import Flask, Response, g, request

from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.services.deps import Deps
from mailboxadmin.services.office.oauth_apps import consent_sites
from mailboxadmin.web import deps

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
    ours: Deps = app.extensions["mailboxadmin"]
    secure = ours.base_url.startswith("https://")
    app.add_template_global(form_leads_to)

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy())
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if secure:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if request.endpoint != "static" or response.status_code >= 400:
            # Nobody's mailbox stays in the browser of a shared desk.
            headers["Cache-Control"] = "no-store"
        return response


def form_leads_to(key: AppKey) -> str:
    """Let a form of this page end at a provider: Chromium asks the policy at redirects, too.

    Called where such a form is written, so that no other page allows it.
    """
    g.setdefault("form_origins", set()).add(consent_sites(deps(), key))
    return ""


def _policy() -> str:
    origins = " ".join(("form-action 'self'", *sorted(g.get("form_origins", ()))))
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", origins)
