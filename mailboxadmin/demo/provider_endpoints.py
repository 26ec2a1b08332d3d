"""The endpoints that the app asks without a browser: token, revoke, a directory's description."""

from dataclasses import replace

from mailboxadmin.demo.provider_replies import Reply, as_json, given, refused
from mailboxadmin.demo.provider_request import House, Request
from mailboxadmin.demo.provider_spoilt import spoilt
from mailboxadmin.demo.provider_values import (
    OFFLINE_ACCESS,
    Asked,
    Endpoint,
    LineFault,
    Problem,
    Refusal,
    Refused,
)
from mailboxadmin.demo.provider_words import refusal_for
from mailboxadmin.domain.oauth import AppKey


def token(house: House, key: AppKey, tenant: str, request: Request) -> Reply:
    """Tokens, a refusal, or the fault that was ordered; noted in `house.asked`."""
    form = request.form
    address = house.desk.grants.account_of(form.get("refresh_token") or form.get("code", ""))
    fault = house.faults.take(Endpoint.TOKEN, key, address)
    reply, outcome = _answered(house, key, tenant, request, fault)
    house.asked.append(
        Asked(
            key=key,
            grant_type=form.get("grant_type", ""),
            address=address,
            outcome=outcome,
            at=house.now,
        )
    )
    return reply


def _answered(
    house: House, key: AppKey, tenant: str, request: Request, fault: Refusal | LineFault | None
) -> tuple[Reply, str]:
    """The answer, and what to note of it."""
    if isinstance(fault, LineFault):
        return spoilt(fault, lambda: _granted(house, key, tenant, request)[0]), fault.name
    if isinstance(fault, Refusal):
        return refused(key, fault, house.now), fault.error or str(fault.status)
    return _granted(house, key, tenant, request)


def _granted(house: House, key: AppKey, tenant: str, request: Request) -> tuple[Reply, str]:
    try:
        tokens = house.desk.token(key, tenant, request.form, request.authorization)
    except Refused as problem:
        refusal = refusal_for(key, problem.problem, problem.words)
        return refused(key, refusal, house.now), refusal.error
    return given(tokens), ""


def revoke(house: House, request: Request) -> Reply:
    """Google's; it takes either token and ends both (RFC 7009)."""
    value = request.form.get("token") or request.query.get("token", "")
    fault = house.faults.take(Endpoint.REVOKE, AppKey.GMAIL, house.desk.grants.account_of(value))
    if isinstance(fault, LineFault):
        return spoilt(fault, lambda: _revoked(house, value))
    if isinstance(fault, Refusal):
        return refused(AppKey.GMAIL, fault, house.now)
    return _revoked(house, value)


def _revoked(house: House, value: str) -> Reply:
    try:
        house.desk.grants.revoke_token(value)
    except Refused as problem:
        refusal = refusal_for(AppKey.GMAIL, problem.problem, problem.words)
        return refused(AppKey.GMAIL, refusal, house.now)
    return as_json({})


def configuration(house: House, tenant: str) -> Reply:
    """Where a directory's endpoints are (OpenID Connect Discovery); an unknown one is refused."""
    if not house.desk.knows_tenant(tenant):
        refusal = refusal_for(AppKey.OUTLOOK, Problem.UNKNOWN_TENANT, {"tenant": tenant})
        return refused(AppKey.OUTLOOK, replace(refusal, error="invalid_tenant"), house.now)
    base = f"{house.address}/outlook/{tenant}"
    return as_json(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", OFFLINE_ACCESS],
        }
    )
