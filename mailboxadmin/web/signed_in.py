"""The browser's session: Flask-Login keeps a token in the cookie, the store knows whose it is."""

from typing import cast

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from mailboxadmin.domain.browser import Browser
from mailboxadmin.domain.people import Person
from mailboxadmin.services.staff.sessions import session_person, sign_out
from mailboxadmin.web import deps


class SignedIn(UserMixin):
    """Somebody in a browser, by the token of the session."""

    def __init__(self, token: str, person: Person) -> None:
        self.token = token
        self.person = person

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token


def init_app(app: Flask) -> None:
    """Let Flask-Login read the cookie."""
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = "strong"
    manager.user_loader(_load)


def person() -> Person | None:
    """Who is signed in; None when nobody is."""
    if "_user_id" not in session:
        # Asked about a stranger, Flask-Login would take away a cookie that was never given.
        return None
    return current_user.person if current_user.is_authenticated else None


def token() -> str:
    """The token of the session that this request belongs to.

    Raises:
        RuntimeError: nobody is signed in.
    """
    if person() is None:
        raise RuntimeError("nobody is signed in")
    return cast(str, current_user.token)


def browser() -> Browser:
    """What this request comes from."""
    return Browser(user_agent=request.user_agent.string, remote_addr=request.remote_addr or "")


def enter(token: str) -> None:
    """Begin a browser session with a token that a use case gave; what was there before ends."""
    session.clear()
    user = _load(token)
    if user is None:
        raise RuntimeError("a session ended in the moment it began")
    login_user(user)


def leave() -> None:
    """End the session, in the store too."""
    if current_user.is_authenticated:
        sign_out(deps(), current_user.token)
    logout_user()
    session.clear()


def _load(token: str) -> SignedIn | None:
    person = session_person(deps(), token)
    return SignedIn(token, person) if person else None
