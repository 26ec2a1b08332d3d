"""What the local provider tells a mail server about a token.

Dovecot does not say for whom it asks, and compares `username_attribute` with the name in
the sign-in itself. So a mailbox that the account has as a delegate stands in `shared`, for
a second passdb; without one it is the account's own, because Dovecot takes an answer
without the attribute for a fault of the provider.
"""

from mailboxadmin.demo.provider_desk import basic
from mailboxadmin.demo.provider_replies import Reply, as_json
from mailboxadmin.demo.provider_request import House, Request


def introspect(house: House, request: Request) -> Reply:
    """For `introspection_mode = post` (RFC 7662): the token in the form, the asker in Basic."""
    if basic(request.authorization) != house.introspector:
        return as_json({"error": "invalid_client"}, 401)
    opened = house.desk.grants.opened_by(request.form.get("token", ""))
    return as_json(_opened(opened) if opened else {"active": False})


def userinfo(house: House, request: Request) -> Reply:
    """For `introspection_mode = auth`: the token itself in the header (RFC 6750)."""
    kind, _, token = request.authorization.partition(" ")
    opened = house.desk.grants.opened_by(token) if kind.lower() == "bearer" else ()
    return as_json(_opened(opened)) if opened else as_json({"error": "invalid_token"}, 401)


def _opened(addresses: tuple[str, ...]) -> dict[str, object]:
    return {"active": True, "email": addresses[0], "shared": addresses[-1], "scope": "imap"}
