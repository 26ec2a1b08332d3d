"""Codes and tokens that look like the real ones: long, random, with `.`, `-`, `_` and `/`."""

import secrets

from mailboxadmin.domain.oauth import AppKey


def new_code(key: AppKey) -> str:
    """A code; Google's has a slash, which must survive a query string."""
    if key is AppKey.GMAIL:
        return f"4/0A{secrets.token_urlsafe(50)}"
    return f"1.AXoA{secrets.token_urlsafe(40)}.{secrets.token_urlsafe(300)}"


def new_access_token(key: AppKey) -> str:
    """An access token: opaque at Google, three parts at Microsoft."""
    if key is AppKey.GMAIL:
        return f"ya29.a0Af_{secrets.token_urlsafe(150)}-0174"
    parts = (secrets.token_urlsafe(length) for length in (60, 600, 250))
    return "eyJ0eXAi_-" + ".".join(parts)


def new_refresh_token(key: AppKey) -> str:
    """A refresh token; Microsoft's is about 1,200 characters long."""
    if key is AppKey.GMAIL:
        return f"1//0{secrets.token_urlsafe(70)}-L9Ir_"
    return f"1.AXoA-_{secrets.token_urlsafe(50)}.AgABAw{secrets.token_urlsafe(800)}"
