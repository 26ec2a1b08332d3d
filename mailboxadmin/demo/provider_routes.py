"""The local provider's addresses: Google under `/gmail`, Microsoft under `/outlook/<tenant>`."""

from mailboxadmin.demo.provider_consent import authorize
from mailboxadmin.demo.provider_endpoints import configuration, revoke, token
from mailboxadmin.demo.provider_introspection import introspect, userinfo
from mailboxadmin.demo.provider_replies import Reply, as_page
from mailboxadmin.demo.provider_request import House, Request
from mailboxadmin.domain.oauth import AppKey

_NOT_HERE = as_page("<!doctype html><title>Not found</title><p>Nothing is here.</p>", 404)


def answer(house: House, request: Request) -> Reply:
    """The answer to any request."""
    match request.path:
        case ["gmail", place]:
            return _google(house, place, request)
        case ["outlook", tenant, *place]:
            return _microsoft(house, tenant, "/".join(place), request)
        case ["introspect"] if request.method == "POST":
            return introspect(house, request)
        case ["userinfo"]:
            return userinfo(house, request)
    return _NOT_HERE


def _google(house: House, place: str, request: Request) -> Reply:
    match place, request.method:
        case "authorize", _:
            return authorize(house, AppKey.GMAIL, "", request)
        case "token", "POST":
            return token(house, AppKey.GMAIL, "", request)
        case "revoke", "POST":
            return revoke(house, request)
    return _NOT_HERE


def _microsoft(house: House, tenant: str, place: str, request: Request) -> Reply:
    match place, request.method:
        case "oauth2/v2.0/authorize", _:
            return authorize(house, AppKey.OUTLOOK, tenant, request)
        case "oauth2/v2.0/token", "POST":
            return token(house, AppKey.OUTLOOK, tenant, request)
        case "v2.0/.well-known/openid-configuration", "GET":
            return configuration(house, tenant)
    return _NOT_HERE
