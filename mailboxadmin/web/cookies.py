"""The cookie is signed with what is derived from the newest key, also after that became another."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from mailboxadmin.web import deps


class SignedCookies(SecureCookieSessionInterface):
    """Takes the key anew at each request; Flask-WTF signs the tokens of forms with it, too."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds; nothing when another key signed it."""
        app.secret_key = deps().vault.derived_key("cookies")
        return super().open_session(app, request)


def init_app(app: Flask) -> None:
    """Read and write cookies so."""
    app.session_interface = SignedCookies()
