"""What ties a way to a provider to one browser, and to who is signed in there.

A random word in the session's signed cookie, which is emptied at every sign-in and sign-out;
with it the person, so that a session that ended elsewhere ends the way too.
"""

import secrets

from flask import session

from mailboxadmin.web import signed_in

_WORD, _LINK = "consent", "consent_link"


def begin(link: str | None) -> str:
    """Begin a way in this browser.

    Args:
        link: the token of the link that it begins in, to lead back there; None for who is
            signed in.
    """
    session.setdefault(_WORD, secrets.token_urlsafe(32))
    session[_LINK] = link
    return this()


def this() -> str:
    """This browser, as it is now."""
    person = signed_in.person()
    return f"{session.get(_WORD, '')} {person.id if person else ''}"


def link() -> str | None:
    """The token of the link in which the last way began; None when it began without one."""
    token: str | None = session.get(_LINK)
    return token
